import type { PlaintextNode } from './security/identity-answers.ts';
import { IDENTITY_SECRET } from '../../common/contracts/identity-secrets.ts';
import type { MeshIdentitySpec } from '../../controlplane/model/daybreak-types.ts';
import type { ProxyStatus } from '../../controlplane/status/status.ts';
import type { Graph } from './graph/graph.ts';
import { pieceOf, proxiesOf } from './proxies.ts';
import { compare, type MeshModel } from './resources.ts';
import { securityProblems, type SecurityProblem } from './security/security-problems.ts';

/** A problem of a mesh. `where`: the key of a resource, or the resource of a proxy. */
export type MeshProblem =
  | {
      readonly kind: 'missing';
      readonly where: string;
      readonly name: string;
      readonly what: 'virtualService' | 'virtualNode';
    }
  | { readonly kind: 'no provider' | 'no route'; readonly where: string }
  | { readonly kind: 'no router'; readonly where: string; readonly name: string }
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

const HOUR_MS = 60 * 60 * 1000;
/** Certificates that end within this time are a problem. In milliseconds. */
const SOON_MS = 24 * HOUR_MS;
/** A certificate of the control plane is a problem once less than this share of its lifetime is left. Agents renew at about half of the lifetime. */
const SOON = 0.4;

/** Returns the problems of a mesh: of proxies first, then those of the model. `now`: milliseconds since 1970; `plain`: callers without mutual TLS. */
export function problemsOf(
  model: MeshModel,
  graph: Graph,
  proxies: readonly ProxyStatus[],
  now: number,
  plain: readonly PlaintextNode[] = [],
): MeshProblem[] {
  const own = proxiesOf(proxies, model);
  return [
    ...own.flatMap((proxy) => problemsOfProxy(proxy, model, now)),
    ...securityProblems(model, own, plain),
    ...missing(graph),
    ...reported(own, graph),
  ];
}

function problemsOfProxy(proxy: ProxyStatus, model: MeshModel, now: number): MeshProblem[] {
  const { resource, state, types, report } = proxy;
  const where = pieceOf(resource, model) ?? resource;
  const found: MeshProblem[] = [];
  if (state === 'refused' || state === 'waiting' || state === 'orphaned') {
    found.push({ kind: state, where, words: types.flatMap(({ error }) => error ?? []) });
  }
  if (report?.runsOn?.source === 'last good') found.push({ kind: 'last good', where });
  for (const { name, ends } of report?.certificates ?? []) {
    const soon = name === IDENTITY_SECRET ? Math.min(SOON_MS, SOON * lifetimeOf(model)) : SOON_MS;
    if (Date.parse(ends) - now < soon) found.push({ kind: 'expiring', where, name, ends });
  }
  return found;
}

/** The lifetime of the certificates that the control plane issues for a mesh, in milliseconds. */
function lifetimeOf({ resources }: MeshModel): number {
  const { spec } = resources.find(({ kind, name }) => kind === 'meshIdentity' && name === 'default') ?? {};
  return ((spec as MeshIdentitySpec | undefined)?.certificateHours ?? 72) * HOUR_MS;
}

function missing({ pieces, lines }: Graph): MeshProblem[] {
  return pieces.flatMap(({ key, kind, name, detail, fault }): MeshProblem[] => {
    if (fault === undefined || kind === 'group') return [];
    if (fault === 'no router') return [{ kind: fault, where: key, name: detail }];
    if (fault !== 'missing') return [{ kind: fault, where: key }];
    const what = kind === 'virtualNode' ? 'virtualNode' : 'virtualService';
    // One problem for each place that names it, because that is where the fix may be.
    return lines
      .filter(({ to }) => to === key)
      .map(({ from, routes }) => ({ kind: 'missing', where: routes[0]?.key ?? from, name, what }));
  });
}

/** The problems that the translation found, each once, with the number of proxies that see it, but for those that the map shows already. */
function reported(proxies: readonly ProxyStatus[], { pieces }: Graph): MeshProblem[] {
  const shown = new Set(pieces.flatMap(({ key, fault }) => (fault === undefined ? [] : [key])));
  const all = proxies.flatMap(({ problems }) => problems.filter(({ where }) => !shown.has(where)));
  const found = Map.groupBy(all, ({ where, what }) => `${where}\0${what}`);
  return [...found.entries()]
    .toSorted(([a], [b]) => compare(a, b))
    .flatMap(([, [first, ...more]]) =>
      first === undefined
        ? []
        : [{ kind: 'specification', where: first.where, what: first.what, proxies: more.length + 1 }],
    );
}
