import * as fc from 'fast-check';
import { expression, hostName, logFormat, pathOf, subjectName, textOf } from './arbitrary-texts.ts';
import { wholeNumber, type Overrides, type ValidValues } from './model-values.ts';
import { NAMED } from './named.ts';
import { gatewayRouteSpec } from './valid-gateway-routes.ts';
import { routeSpec } from './valid-routes.ts';

type Json = Record<string, unknown>;

/** Ports that Envoy itself uses, at a node or a gateway. */
const TAKEN = new Set([15_000, 15_001]);

/** Arbitraries of the shapes that the rules beyond the model restrict. */
export const OVERRIDES: Overrides = {
  Duration: duration(0),
  OutlierDetection: ({ structure }) =>
    structure('OutlierDetection', {
      interval: duration(1)({ structure }),
      baseEjectionDuration: duration(1)({ structure }),
    }),

  VirtualNodeSpec: (valid) =>
    valid.structure('VirtualNodeSpec', { listeners: listeners(valid, 'Listener', 0) }).map(findable),
  Hostname: () => fc.oneof(hostName, textOf(1, 300)),
  AwsCloudMapInstanceAttributeKey: () => textOf(1, 255, ['a', 'Z', '0', '-', '_', '~', '!']),
  AwsCloudMapInstanceAttributeValue: () => textOf(1, 1024, ['a', 'Z', '0', '-', '_', '~', '!']),

  ClientPolicyTls: clientTls('ClientPolicyTls'),
  VirtualGatewayClientPolicyTls: clientTls('VirtualGatewayClientPolicyTls'),
  SubjectAlternativeName: () => subjectName,
  SdsSecretName: () => textOf(1, 3000),
  VirtualGatewaySdsSecretName: () => textOf(1, 3000),

  VirtualRouterSpec: (valid) =>
    valid.structure('VirtualRouterSpec', { listeners: listeners(valid, 'VirtualRouterListener', 0) }),
  VirtualGatewaySpec: (valid) =>
    valid.structure('VirtualGatewaySpec', { listeners: listeners(valid, 'VirtualGatewayListener', 0) }),
  VirtualNodeServiceProvider: () => fc.record({ virtualNodeName: fc.constantFrom(...NAMED.nodes) }),
  VirtualRouterServiceProvider: () => fc.record({ virtualRouterName: fc.constantFrom(...NAMED.routers) }),

  RouteSpec: routeSpec,
  GatewayRouteSpec: gatewayRouteSpec,
  HeaderMatchMethod: ({ value }) => value('HeaderMatchMethod', { regex: expression }),
  GrpcRouteMetadataMatchMethod: ({ value }) => value('GrpcRouteMetadataMatchMethod', { regex: expression }),
  GrpcMetadataMatchMethod: ({ value }) => value('GrpcMetadataMatchMethod', { regex: expression }),
  QueryParameterMatch: () => fc.record({ exact: textOf(0, 255) }, { requiredKeys: [] }),
  QueryParameterName: () => textOf(1, 1024).filter((name) => Buffer.byteLength(name) <= 1024),
  HttpPathMatch: () =>
    fc.oneof(
      fc.record({ exact: fc.oneof(pathOf(255), textOf(1, 255)) }),
      fc.record({ regex: expression }),
      fc.constant({}),
    ),
  HttpRetryPolicyEvent: () =>
    fc.constantFrom('server-error', 'gateway-error', 'client-error', 'stream-error'),

  FilePath: () => pathOf(255).filter((path) => Buffer.byteLength(path) <= 255),
  TextFormat: () => logFormat,
  JsonFormat: () =>
    fc.uniqueArray(fc.record({ key: textOf(1, 100), value: logFormat }), {
      selector: ({ key }) => key,
      maxLength: 4,
    }),
};

// A duration without value or unit counts as absent; one that is too long for Envoy is capped.
function duration(least: number): (valid: Pick<ValidValues, 'structure'>) => fc.Arbitrary<Json> {
  const value = fc.oneof(wholeNumber(least, 100_000), wholeNumber(least, Number.MAX_SAFE_INTEGER));
  return ({ structure }) => structure('Duration', { value });
}

function listeners(valid: ValidValues, shape: string, least: number): fc.Arbitrary<readonly unknown[]> {
  const port = wholeNumber(1, 65_535).filter((number) => !TAKEN.has(number));
  return fc
    .uniqueArray(port, { minLength: least, maxLength: 4 })
    .chain((ports) => fc.tuple(...ports.map((each) => listenerOn(valid, shape, each))));
}

// Pools must match the listener's protocol, health checks its port.
function listenerOn(valid: ValidValues, shape: string, port: number): fc.Arbitrary<unknown> {
  const gateway = shape === 'VirtualGatewayListener';
  const protocols = gateway ? ['http', 'http2', 'grpc'] : ['http', 'http2', 'grpc', 'tcp'];
  return fc.constantFrom(...protocols).chain((protocol) => {
    const portMapping = fc.constant({ port, protocol });
    if (shape === 'VirtualRouterListener') return fc.record({ portMapping });
    const others = protocols.filter((other) => other !== protocol);
    const onlyThis = Object.fromEntries(others.map((other) => [other, undefined]));
    const prefix = gateway ? 'VirtualGateway' : 'VirtualNode';
    return valid.structure(shape, {
      portMapping,
      connectionPool: valid.value(`${prefix}ConnectionPool`, onlyThis),
      healthCheck: valid.structure(`${gateway ? prefix : ''}HealthCheckPolicy`, {
        port: fc.constant(port),
        path: fc.oneof(pathOf(255), textOf(0, 255)),
      }),
    });
  });
}

// Authorities from a socket require names to match.
function clientTls(shape: string): Overrides[string] {
  return ({ structure }) =>
    fc.tuple(structure(shape), subjectName).map(([policy, name]) => {
      const validation = policy['validation'] as Json;
      const { subjectAlternativeNames: names } = validation as { subjectAlternativeNames?: Names };
      const named = (names?.match.exact.length ?? 0) > 0;
      if (named || !('sds' in (validation['trust'] as Json))) return policy;
      return {
        ...policy,
        validation: { ...validation, subjectAlternativeNames: { match: { exact: [name] } } },
      };
    });
}

type Names = { readonly match: { readonly exact: readonly string[] } };

// A node with listeners needs service discovery.
function findable(spec: Json): Json {
  const { listeners: some = [] } = spec as { listeners?: readonly unknown[] };
  return some.length > 0 ? { serviceDiscovery: { dns: { hostname: 'a' } }, ...spec } : spec;
}
