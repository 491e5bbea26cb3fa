import { API_MODEL } from '../../model/api-model.ts';
import type * as api from '../../model/types.ts';
import { elementPath, memberPath, type Violation } from '../violation.ts';
import { accessLogFormat, jsonAccessLogFormat } from './access-log.ts';
import { clientPolicyTls } from './client-policy.ts';
import { duration, positiveDuration } from './durations.ts';
import { gatewayRouteSpec } from './gateway-route.ts';
import { gatewayListener, listener, uniqueListeners } from './listeners.ts';
import { exactlyOneOf, headerMatch, hostname, httpPath, queryMatch } from './matches.ts';
import { inputNames } from './names.ts';
import { regex } from './regex.ts';
import { retryEvent, retryPolicy, routeSpec, weightedTargets } from './route.ts';
import { dnsHostname, filePath, text, virtualNodeSpec } from './virtual-node.ts';
import { tagList } from './tags.ts';

/** What is wrong with a value of a shape, beyond what the model says. `path` is where it stands. */
export type Rule<T = never> = (value: T, path: string) => readonly Violation[];

/**
 * The rules that the model does not hold, by the shape that they are about. They come from App Mesh's documentation and
 * from what it was seen to refuse, and from what Envoy would refuse in a single field.
 */
const RULES: { readonly [shape: string]: Rule } = {
  Duration: duration,
  OutlierDetection: ((value, path) => [
    ...positiveDuration(value.interval, memberPath(path, 'interval')),
    ...positiveDuration(value.baseEjectionDuration, memberPath(path, 'baseEjectionDuration')),
  ]) satisfies Rule<api.OutlierDetection>,

  HeaderMatchMethod: headerMatch,
  GrpcRouteMetadataMatchMethod: headerMatch,
  GrpcMetadataMatchMethod: headerMatch,
  HttpPathMatch: httpPath,
  HttpPathRegex: regex,
  QueryParameterMatch: queryMatch,
  QueryParameterName: text(1, 1024),
  GatewayRouteHostnameMatch: (value: api.GatewayRouteHostnameMatch, path: string) =>
    exactlyOneOf(value, path, 'exact', 'suffix'),
  ExactHostName: hostname,
  SuffixHostname: hostname,

  Listener: listener,
  VirtualGatewayListener: gatewayListener,
  VirtualRouterSpec: (value: api.VirtualRouterSpec, path: string) => uniqueListeners(value.listeners, path),
  VirtualGatewaySpec: (value: api.VirtualGatewaySpec, path: string) => [
    ...(value.listeners.length > 0
      ? []
      : [
          {
            path: memberPath(path, 'listeners'),
            value: value.listeners,
            constraint: 'Member must have length greater than or equal to 1',
          },
        ]),
    ...uniqueListeners(value.listeners, path),
  ],
  VirtualNodeSpec: virtualNodeSpec,
  Hostname: dnsHostname,
  FilePath: filePath,
  SdsSecretName: text(1, 2048),
  VirtualGatewaySdsSecretName: text(1, 2048),
  ClientPolicyTls: clientPolicyTls,
  VirtualGatewayClientPolicyTls: clientPolicyTls,
  TextFormat: accessLogFormat,
  JsonFormat: jsonAccessLogFormat,

  RouteSpec: routeSpec,
  GatewayRouteSpec: gatewayRouteSpec,
  WeightedTargets: weightedTargets,
  HttpRetryPolicy: retryPolicy,
  GrpcRetryPolicy: retryPolicy,
  HttpRetryPolicyEvent: retryEvent,

  ServiceName: text(1, 255),
  TagList: tagList,
};

// A log line may have line ends; anywhere else a control character is a slip that Envoy refuses with the whole resource.
const FREE_TEXT: ReadonlySet<string> = new Set(['TextFormat', 'JsonKey', 'JsonValue', 'TagKey', 'TagValue']);
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;
// oxlint-disable-next-line no-control-regex
const CONTROL_BUT_BLANKS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Everything in an operation's input that breaks a rule. The input has passed the model's own checks. */
export function ruleViolations(shape: string, input: unknown): readonly Violation[] {
  return [...inputNames(input as Readonly<Record<string, unknown>>), ...walk(shape, input, '')];
}

function walk(name: string, value: unknown, path: string): Violation[] {
  if (value === undefined) return [];
  const shape = API_MODEL.shapes[name];
  const found = [...(RULES[name]?.(value as never, path) ?? [])];
  if (shape?.type === 'string') {
    found.push(...characters(name, value as string, path));
  } else if (shape?.type === 'list') {
    const items = value as readonly unknown[];
    const item = shape.member?.shape ?? '';
    found.push(...items.flatMap((element, index) => walk(item, element, elementPath(path, index))));
  } else if (shape?.type === 'structure') {
    const members = value as Readonly<Record<string, unknown>>;
    for (const [member, { shape: target }] of Object.entries(shape.members ?? {})) {
      found.push(...walk(target, members[member], memberPath(path, member)));
    }
  }
  return found;
}

function characters(shape: string, value: string, path: string): Violation[] {
  const control = FREE_TEXT.has(shape) ? CONTROL_BUT_BLANKS : CONTROL;
  if (!control.test(value) && value.isWellFormed()) return [];
  const constraint = 'Member must be text without control characters and without halves of surrogate pairs';
  return [{ path, value: JSON.stringify(value), constraint }];
}
