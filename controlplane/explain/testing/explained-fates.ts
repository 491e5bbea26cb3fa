import type { Explanation } from '../explanation.ts';
import type { Fate } from './answering-envoy.ts';

/**
 * Returns the possible outcomes of a request by its explanation: one, or more if the match depends on a generated value;
 * undefined if the second pass of a gateway depends on such a value.
 */
export function explainedFates({ passes, outcome }: Explanation): readonly Fate[] | undefined {
  const open = passes.map(({ routes, virtualHost, routeConfiguration = '' }) =>
    routes.flatMap(({ verdict }, index): Fate[] =>
      verdict === 'may match'
        ? [{ kind: 'taken', routes: routeConfiguration, route: `${virtualHost?.name}/${index}` }]
        : [],
    ),
  );
  const isGateway = passes[0]?.listener.startsWith('lds_ingress') ?? false;
  if (isGateway && open[0]?.length !== 0) return undefined;
  return [fate({ passes, outcome }), ...open.flat()];
}

function fate({ passes, outcome }: Omit<Explanation, 'proxy'>): Fate {
  if (outcome.kind === 'closed') return { kind: 'closed' };
  const own = outcome.kind === 'answered' ? outcome.status : undefined;
  if (own === 404) return { kind: 'none', routes: passes.at(-1)?.routeConfiguration ?? '' };
  // A 503 comes from a route whose targets have no weight, or whose second pass is refused.
  if (own !== undefined && own !== 503) return { kind: 'answered', status: own };
  const last = passes.findLast(({ virtualHost }) => virtualHost !== undefined);
  const index = last?.routes.findIndex(({ verdict }) => verdict === 'taken');
  return {
    kind: 'taken',
    routes: last?.routeConfiguration ?? '',
    route: `${last?.virtualHost?.name}/${index}`,
  };
}
