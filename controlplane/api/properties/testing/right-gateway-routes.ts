import * as fc from 'fast-check';
import { hostName, pathOf, textOf } from './arbitrary-texts.ts';
import type { Right } from './model-values.ts';
import { GATEWAY_PORT, NAMED } from './named.ts';
import { prefixOrPath } from './right-routes.ts';

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
  return fc.tuple(conditions, prefixOrPath(right)).chain(([others, where]) =>
    right.structure('HttpGatewayRoute', {
      match: fc.constant({ ...others, ...where }),
      action: right.structure('HttpGatewayRouteAction', { target: target(right), rewrite: rewrite(right) }),
    }),
  );
}

function grpc(right: Right): fc.Arbitrary<unknown> {
  return right.structure('GrpcGatewayRoute', {
    match: right.structure('GrpcGatewayRouteMatch', {
      serviceName: textOf(1, 255),
      hostname: hostMatch(),
      port: fc.constant(GATEWAY_PORT),
    }),
    action: right.structure('GrpcGatewayRouteAction', { target: target(right) }),
  });
}

function rewrite({ structure }: Right): fc.Arbitrary<unknown> {
  const text = fc.oneof(pathOf(255), textOf(1, 255));
  return structure('HttpGatewayRouteRewrite', {
    prefix: fc.oneof(
      fc.record({ defaultPrefix: fc.constantFrom('ENABLED', 'DISABLED') }),
      fc.record({ value: text }),
      fc.constant({}),
    ),
    path: fc.record({ exact: text }, { requiredKeys: [] }),
  });
}

function hostMatch(): fc.Arbitrary<unknown> {
  const text = fc.oneof(hostName, textOf(1, 253));
  return fc.oneof(fc.record({ exact: text }), fc.record({ suffix: text }), fc.constant({}));
}

function target({ structure }: Right): fc.Arbitrary<unknown> {
  return structure('GatewayRouteTarget', {
    virtualService: fc.record({ virtualServiceName: fc.constantFrom(...NAMED.services) }),
  });
}
