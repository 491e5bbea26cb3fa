import * as fc from 'fast-check';
import { hostName, pathOf, textOf } from './arbitrary-texts.ts';
import type { ValidValues } from './model-values.ts';
import { GATEWAY_PORT, NAMED } from './named.ts';
import { prefixOrPath } from './valid-routes.ts';

/** Returns valid gateway routes of the three protocols. */
export function gatewayRouteSpec(valid: ValidValues): fc.Arbitrary<unknown> {
  return fc.oneof(
    http(valid).map((made) => ({ httpRoute: made })),
    http(valid).map((made) => ({ http2Route: made })),
    grpc(valid).map((made) => ({ grpcRoute: made })),
  );
}

function http(valid: ValidValues): fc.Arbitrary<unknown> {
  const conditions = valid.structure('HttpGatewayRouteMatch', {
    prefix: undefined,
    path: undefined,
    hostname: hostMatch(),
    port: fc.constant(GATEWAY_PORT),
  });
  return fc.tuple(conditions, prefixOrPath(valid)).chain(([others, where]) =>
    valid.structure('HttpGatewayRoute', {
      match: fc.constant({ ...others, ...where }),
      action: valid.structure('HttpGatewayRouteAction', { target: target(valid), rewrite: rewrite(valid) }),
    }),
  );
}

function grpc(valid: ValidValues): fc.Arbitrary<unknown> {
  return valid.structure('GrpcGatewayRoute', {
    match: valid.structure('GrpcGatewayRouteMatch', {
      serviceName: textOf(1, 255),
      hostname: hostMatch(),
      port: fc.constant(GATEWAY_PORT),
    }),
    action: valid.structure('GrpcGatewayRouteAction', { target: target(valid) }),
  });
}

function rewrite({ structure }: ValidValues): fc.Arbitrary<unknown> {
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

function target({ structure }: ValidValues): fc.Arbitrary<unknown> {
  return structure('GatewayRouteTarget', {
    virtualService: fc.record({ virtualServiceName: fc.constantFrom(...NAMED.services) }),
  });
}
