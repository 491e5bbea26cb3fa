import { API_MODEL, type ApiModel } from '../../model/api-model.ts';
import type * as api from '../../model/types.ts';
import { elementPath, memberPath } from '../validation/violation.ts';
import { cidr } from './cidr.ts';
import { accessLogFormat, jsonAccessLogFormat } from './access-log.ts';
import { clientPolicyTls } from './client-policy.ts';
import { gatewayRouteSpec } from './gateway-route.ts';
import { gatewayListener, listener, uniqueListeners } from './listeners.ts';
import { headerMatch, hostnameMatch, httpPath, queryName } from './matches.ts';
import { inputNames } from './names.ts';
import { outlierDetection } from './outlier-detection.ts';
import { regex } from './regex.ts';
import { retryEvent, retryPolicy, routeSpec } from './route.ts';
import type { Broken, Rule } from './rule.ts';
import { tagList } from './tags.ts';
import { filePath, hostName, secretName, serviceName, text } from './texts.ts';
import { virtualNodeSpec } from './virtual-node.ts';

/** The rules that the model does not contain, by shape. Their reasons are in catalog.ts. */
const RULES_BY_SHAPE: { readonly [shape: string]: Rule } = {
  OutlierDetection: outlierDetection,

  HeaderMatchMethod: headerMatch,
  GrpcRouteMetadataMatchMethod: headerMatch,
  GrpcMetadataMatchMethod: headerMatch,
  HttpPathMatch: httpPath,
  HttpPathRegex: regex,
  QueryParameterName: queryName,
  GatewayRouteHostnameMatch: hostnameMatch,

  Listener: listener,
  VirtualGatewayListener: gatewayListener,
  VirtualGatewaySpec: (value: api.VirtualGatewaySpec, path: string) => uniqueListeners(value.listeners, path),
  VirtualNodeSpec: virtualNodeSpec,
  Hostname: hostName,
  FilePath: filePath,
  SdsSecretName: secretName,
  VirtualGatewaySdsSecretName: secretName,
  ClientPolicyTls: clientPolicyTls,
  VirtualGatewayClientPolicyTls: clientPolicyTls,
  TextFormat: accessLogFormat,
  JsonFormat: jsonAccessLogFormat,

  RouteSpec: routeSpec,
  GatewayRouteSpec: gatewayRouteSpec,
  HttpRetryPolicy: retryPolicy,
  GrpcRetryPolicy: retryPolicy,
  HttpRetryPolicyEvent: retryEvent,

  ServiceName: serviceName,
  TagList: tagList,

  Cidr: cidr,
};

/** Returns all violations of rules in an operation's input, which has passed the validation of its model (default: App Mesh's). */
export function ruleViolations(
  shape: string,
  input: unknown,
  model: ApiModel = API_MODEL,
): readonly Broken[] {
  return [...inputNames(input as Readonly<Record<string, unknown>>), ...walk(shape, input, '', model)];
}

function walk(name: string, value: unknown, path: string, model: ApiModel): Broken[] {
  if (value === undefined) return [];
  const shape = model.shapes[name];
  const found = [...(RULES_BY_SHAPE[name]?.(value as never, path) ?? [])];
  if (shape?.type === 'string') {
    found.push(...text(name, value as string, path));
  } else if (shape?.type === 'list') {
    const items = value as readonly unknown[];
    const item = shape.member?.shape ?? '';
    found.push(...items.flatMap((element, index) => walk(item, element, elementPath(path, index), model)));
  } else if (shape?.type === 'structure') {
    const members = value as Readonly<Record<string, unknown>>;
    for (const [member, { shape: target }] of Object.entries(shape.members ?? {})) {
      found.push(...walk(target, members[member], memberPath(path, member), model));
    }
  }
  return found;
}
