import * as fc from 'fast-check';
import { pathOf, textOf } from './arbitrary-texts.ts';
import { wholeNumber, type ValidValues } from './model-values.ts';
import { NAMED } from './named.ts';

type Json = Record<string, unknown>;

/** Valid matches of an HTTP request's path. */
export type Where = { readonly prefix?: unknown; readonly path?: unknown };

/** Returns a match by prefix, by path, or by neither. */
export function prefixOrPath({ value }: ValidValues): fc.Arbitrary<Where> {
  return fc.oneof(
    fc.record({ prefix: pathOf(255) }),
    fc.record({ path: value('HttpPathMatch') }),
    fc.constant<Where>({}),
  );
}

/** Returns valid routes of the four protocols. */
export function routeSpec(valid: ValidValues): fc.Arbitrary<unknown> {
  const { structure } = valid;
  const route = fc.oneof(
    http(valid).map((made) => ({ httpRoute: made })),
    http(valid).map((made) => ({ http2Route: made })),
    structure('GrpcRoute', {
      match: grpcMatch(valid),
      action: action(valid),
      retryPolicy: retryPolicy(valid, 'GrpcRetryPolicy'),
    }).map((made) => ({ grpcRoute: made })),
    structure('TcpRoute', { action: action(valid) }).map((made) => ({ tcpRoute: made })),
  );
  const priority = fc.option(fc.record({ priority: wholeNumber(0, 1000) }), { nil: {} });
  return fc.tuple(route, priority).map(([spec, extra]) => ({ ...spec, ...extra }));
}

function http(valid: ValidValues): fc.Arbitrary<Json> {
  const conditions = valid.structure('HttpRouteMatch', { prefix: undefined, path: undefined });
  const match = fc.tuple(conditions, prefixOrPath(valid)).map(([others, where]) => ({ ...others, ...where }));
  return valid.structure('HttpRoute', {
    match,
    action: action(valid),
    retryPolicy: retryPolicy(valid, 'HttpRetryPolicy'),
  });
}

function action({ structure }: ValidValues): fc.Arbitrary<Json> {
  const target = structure('WeightedTarget', { virtualNode: fc.constantFrom(...NAMED.nodes) });
  return fc.record({ weightedTargets: fc.array(target, { minLength: 1, maxLength: 10 }) });
}

// A retry policy needs at least one event.
function retryPolicy({ structure }: ValidValues, shape: string): fc.Arbitrary<Json> {
  return structure(shape).map((policy) => {
    const some = Object.keys(policy).some((name) => name.endsWith('RetryEvents'));
    return some ? policy : { ...policy, tcpRetryEvents: ['connection-error'] };
  });
}

// A method name requires a service name.
function grpcMatch({ structure }: ValidValues): fc.Arbitrary<Json> {
  return structure('GrpcRouteMatch', { serviceName: textOf(1, 255) }).map((match) =>
    'methodName' in match ? { serviceName: 'a.B', ...match } : match,
  );
}
