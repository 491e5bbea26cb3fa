import * as fc from 'fast-check';
import { hostName, pathOf, textOf } from './arbitrary-texts.ts';
import type { Right } from './model-values.ts';
import { GATEWAY_PORT, NAMED } from './named.ts';
import { prefixOrPath, type Where } from './right-routes.ts';

type Json = Record<string, unknown>;

/** Gateway routes of the three protocols. */
export function gatewayRouteSpec(right: Right): fc.Arbitrary<unknown> {
  return fc.oneof(
    http(right).map((made) => ({ httpRoute: made })),
    http(right).map((made) => ({ http2Route: made })),
    grpc(right).map((made) => ({ grpcRoute: made })),
  );
}

function http(right: Right): fc.Arbitrary<unknown> {
  const conditions = right.structure('HttpGatewayRouteMatch', {
    prefix: undefined,
    path: undefined,
    hostname: hostMatch(),
    port: fc.constant(GATEWAY_PORT),
  });
  const where = fc.oneof(prefixOrPath(right), fc.constant<Where>({}));
  return fc.tuple(conditions, where).chain(([others, some]) => {
    const match: Json = { ...others, ...some };
    const matches = ['prefix', 'path', 'hostname', 'port'].some((name) => name in match);
    return right.structure('HttpGatewayRoute', {
      match: fc.constant(matches ? match : { ...match, prefix: '/' }),
      action: right.structure('HttpGatewayRouteAction', {
        target: target(right),
        rewrite: rewrite(right, 'path' in some),
      }),
    });
  });
}

function grpc({ structure, value }: Right): fc.Arbitrary<unknown> {
  const match = structure('GrpcGatewayRouteMatch', {
    serviceName: textOf(1, 255),
    hostname: hostMatch(),
    port: fc.constant(GATEWAY_PORT),
  }).map((given) =>
    'serviceName' in given || 'hostname' in given ? given : { ...given, serviceName: 'a.B' },
  );
  return structure('GrpcGatewayRoute', {
    match,
    action: structure('GrpcGatewayRouteAction', { target: target({ structure, value }) }),
  });
}

// What is matched by path may be given another path, anything else another prefix.
function rewrite({ structure }: Right, byPath: boolean): fc.Arbitrary<unknown> {
  const prefix = fc.oneof(
    fc.record({ defaultPrefix: fc.constantFrom('ENABLED', 'DISABLED') }),
    fc.record({ value: pathOf(254).map((path) => `${path}/`) }),
  );
  return structure('HttpGatewayRouteRewrite', {
    prefix: byPath ? undefined : prefix,
    path: byPath ? fc.record({ exact: pathOf(255) }) : undefined,
  });
}

function hostMatch(): fc.Arbitrary<unknown> {
  return fc.oneof(fc.record({ exact: hostName }), fc.record({ suffix: hostName }));
}

function target({ structure }: Right): fc.Arbitrary<unknown> {
  return structure('GatewayRouteTarget', {
    virtualService: fc.record({ virtualServiceName: fc.constantFrom(...NAMED.services) }),
  });
}
