import type { PlaintextNode } from './identity-answers.ts';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import type { Graph } from './graph.ts';
import { pieceOf, proxiesOf } from './proxies.ts';
import { compare, type MeshModel } from './resources.ts';
import { securityProblems, type SecurityProblem } from './security-problems.ts';

/** A problem of a mesh. `where`: the key of a resource, or the resource of a proxy. */
export type MeshProblem =
  | {
      readonly kind: 'missing';
      readonly where: string;
      readonly name: string;
      readonly what: 'virtualService' | 'virtualNode';
    }
  | { readonly kind: 'no provider' | 'no route'; readonly where: string }
  | {
      readonly kind: 'refused' | 'waiting' | 'orphaned';
      readonly where: string;
      readonly words: readonly string[];
    }
  | { readonly kind: 'last good'; readonly where: string }
  | { readonly kind: 'expiring'; readonly where: string; readonly name: string; readonly ends: string }
  | SecurityProblem
  | {
      readonly kind: 'specification';
      readonly where: string;
      readonly what: string;
      readonly proxies: number;
    };

/** Certificates that end within this time are a problem: agents renew theirs earlier. In milliseconds. */
const SOON_MS = 24 * 60 * 60 * 1000;

/** Returns the problems of a mesh: of proxies first, then those of the model. `now`: milliseconds since 1970; `plain`: callers without mutual TLS. */
export function problemsOf(
  model: MeshModel,
  graph: Graph,
  proxies: readonly ProxyStatus[],
  now: number,
  plain: readonly PlaintextNode[] = [],
): MeshProblem[] {
  const own = proxiesOf(proxies, model.mesh);
  return [
    ...own.flatMap((proxy) => problemsOfProxy(proxy, model.mesh, now)),
    ...securityProblems(model, own, plain),
    ...missing(graph),
    ...reported(own),
  ];
}

function problemsOfProxy(proxy: ProxyStatus, mesh: string, now: number): MeshProblem[] {
  const { resource, state, types, report } = proxy;
  const where = pieceOf(resource, mesh) ?? resource;
  const found: MeshProblem[] = [];
  if (state === 'refused' || state === 'waiting' || state === 'orphaned') {
    found.push({ kind: state, where, words: types.flatMap(({ error }) => error ?? []) });
  }
  if (report?.runsOn?.source === 'last good') found.push({ kind: 'last good', where });
  for (const { name, ends } of report?.certificates ?? []) {
    if (Date.parse(ends) - now < SOON_MS) found.push({ kind: 'expiring', where, name, ends });
  }
  return found;
}

function missing({ pieces, lines }: Graph): MeshProblem[] {
  return pieces.flatMap(({ key, kind, name, fault }): MeshProblem[] => {
    if (fault === undefined || kind === 'group') return [];
    if (fault !== 'missing') return [{ kind: fault, where: key }];
    const what = kind === 'virtualNode' ? 'virtualNode' : 'virtualService';
    // One problem for each place that names it, because that is where the fix may be.
    return lines
      .filter(({ to }) => to === key)
      .map(({ from, routes }) => ({ kind: 'missing', where: routes[0]?.key ?? from, name, what }));
  });
}

/** The problems that the translation found, each once, with the number of proxies that see it. */
function reported(proxies: readonly ProxyStatus[]): MeshProblem[] {
  const all = proxies.flatMap(({ problems }) => problems);
  const found = Map.groupBy(all, ({ where, what }) => `${where}\0${what}`);
  return [...found.entries()]
    .toSorted(([a], [b]) => compare(a, b))
    .flatMap(([, [first, ...more]]) =>
      first === undefined
        ? []
        : [{ kind: 'specification', where: first.where, what: first.what, proxies: more.length + 1 }],
    );
}
