import * as fc from 'fast-check';
import { pathOf, textOf } from './arbitrary-texts.ts';
import { wholeNumber, type Right } from './model-values.ts';
import { NAMED } from './named.ts';

type Json = Record<string, unknown>;

/** How an HTTP request's path is matched. */
export type Where = { readonly prefix?: unknown; readonly path?: unknown };

/** By prefix, by path, or by neither. */
export function prefixOrPath({ value }: Right): fc.Arbitrary<Where> {
  return fc.oneof(
    fc.record({ prefix: pathOf(255) }),
    fc.record({ path: value('HttpPathMatch') }),
    fc.constant<Where>({}),
  );
}

/** Routes of the four protocols. */
export function routeSpec(right: Right): fc.Arbitrary<unknown> {
  const { structure } = right;
  const route = fc.oneof(
    http(right).map((made) => ({ httpRoute: made })),
    http(right).map((made) => ({ http2Route: made })),
    structure('GrpcRoute', {
      match: grpcMatch(right),
      action: action(right),
      retryPolicy: retryPolicy(right, 'GrpcRetryPolicy'),
    }).map((made) => ({ grpcRoute: made })),
    structure('TcpRoute', { action: action(right) }).map((made) => ({ tcpRoute: made })),
  );
  const priority = fc.option(fc.record({ priority: wholeNumber(0, 1000) }), { nil: {} });
  return fc.tuple(route, priority).map(([spec, extra]) => ({ ...spec, ...extra }));
}

function http(right: Right): fc.Arbitrary<Json> {
  const conditions = right.structure('HttpRouteMatch', { prefix: undefined, path: undefined });
  const match = fc.tuple(conditions, prefixOrPath(right)).map(([others, where]) => ({ ...others, ...where }));
  return right.structure('HttpRoute', {
    match,
    action: action(right),
    retryPolicy: retryPolicy(right, 'HttpRetryPolicy'),
  });
}

function action({ structure }: Right): fc.Arbitrary<Json> {
  const target = structure('WeightedTarget', { virtualNode: fc.constantFrom(...NAMED.nodes) });
  return fc.record({ weightedTargets: fc.array(target, { minLength: 1, maxLength: 10 }) });
}

// It is about some event.
function retryPolicy({ structure }: Right, shape: string): fc.Arbitrary<Json> {
  return structure(shape).map((policy) => {
    const some = Object.keys(policy).some((name) => name.endsWith('RetryEvents'));
    return some ? policy : { ...policy, tcpRetryEvents: ['connection-error'] };
  });
}

// A method is one of a service.
function grpcMatch({ structure }: Right): fc.Arbitrary<Json> {
  return structure('GrpcRouteMatch', { serviceName: textOf(1, 255) }).map((match) =>
    'methodName' in match ? { serviceName: 'a.B', ...match } : match,
  );
}
