import type { FiguresLine, LiveFigures } from '../../../common/contracts/reports.ts';
import { counted } from './figures.ts';
import type { Graph } from '../graph/graph.ts';
import { ofKind, type MeshModel, type Typed } from '../resources.ts';
import { targetsOf, type Target } from '../routes/routes.ts';

/** The requests that reached one target of a route; on a tcp route connections. */
export type Observed = {
  readonly requests: number;
  readonly perSecond: number;
  /** Of 1, of the requests to all targets of the route. Undefined: there was no request. */
  readonly share: number | undefined;
  /** The share of them that failed, of 1. Undefined: there was no request, or Envoy counts no failures (tcp). */
  readonly errors: number | undefined;
  /** Whether the share differs from the weight's by more than chance explains. */
  readonly unlike: boolean;
};

/** The requests that a route's callers sent to its targets. */
export type RouteFigures = {
  /** The time that they cover. */
  readonly seconds: number;
  readonly requests: number;
  /** In the order of the route's targets. */
  readonly targets: readonly Observed[];
  /** Whether the callers reach a target another way, too: Envoy counts these requests together. */
  readonly mixed: boolean;
};

/** Fewer requests say nothing about shares. */
const ENOUGH = 100;
/** How many standard deviations chance explains; and the difference of shares, of 1, that never matters. */
const CHANCE = { deviations: 4, negligible: 0.01 } as const;

/** Returns the keys of the pieces that call the virtual services in front of a router. */
export function callersOf(graph: Graph, model: MeshModel, router: string): readonly string[] {
  const services = new Set(servicesOf(model, router).map((name) => `virtualService/${name}`));
  return [...new Set(graph.lines.filter(({ to }) => services.has(to)).map(({ from }) => from))];
}

/** Returns the names of the virtual services that a router provides. */
export function servicesOf(model: MeshModel, router: string): readonly string[] {
  return ofKind(model, 'virtualService')
    .filter(({ spec }) => spec.provider?.virtualRouter?.virtualRouterName === router)
    .map(({ name }) => name);
}

/**
 * Returns what reached each target of a route since a time (milliseconds since 1970), as far as figures are kept. Undefined: there are no figures
 * of its callers since then.
 */
export function observedOf(
  graph: Graph,
  model: MeshModel,
  route: Typed<'route'>,
  figures: LiveFigures | undefined,
  since: number,
): RouteFigures | undefined {
  if (figures === undefined) return undefined;
  const first = figures.times.findIndex((time) => time >= since);
  const callers = new Set(callersOf(graph, model, route.parent));
  const lines = figures.lines.filter(({ from }) => callers.has(`${from.kind}/${from.name}`));
  if (first === -1 || lines.length === 0) return undefined;
  const seconds = (figures.times.length - first) * figures.slotSeconds;
  const targets = targetsOf(route.spec);
  const sums = targets.map((target) => sumOf(linesTo(lines, target, targets), first));
  const requests = sums.reduce((all, sum) => all + sum.requests, 0);
  return {
    seconds,
    requests,
    mixed: isMixed(graph, model, route, callers),
    targets: sums.map((sum, index) => observed(sum, requests, seconds, targets[index]?.share ?? 0)),
  };
}

type Sum = { readonly requests: number; readonly errors: number | undefined };

/** A route may name one node twice, with different ports: the cluster's name ends with the port. */
function linesTo(
  lines: readonly FiguresLine[],
  { virtualNode, port }: Target,
  targets: readonly Target[],
): readonly FiguresLine[] {
  const isTwice = targets.filter((each) => each.virtualNode === virtualNode).length > 1;
  return lines.filter(
    ({ to, cluster }) =>
      to.kind === 'virtualNode' &&
      to.name === virtualNode &&
      (!isTwice || cluster.endsWith(`_${port ?? ''}`)),
  );
}

function sumOf(lines: readonly FiguresLine[], first: number): Sum {
  const total = (of: (line: FiguresLine) => readonly (number | null)[]): number =>
    lines.flatMap((line) => of(line).slice(first)).reduce<number>((all, count) => all + counted(count), 0);
  const hasErrors = lines.every(({ unit }) => unit === 'requests');
  return {
    requests: total((line) => line.requests),
    errors: hasErrors ? total((line) => line.errors) : undefined,
  };
}

function observed({ requests, errors }: Sum, all: number, seconds: number, intended: number): Observed {
  const share = all === 0 ? undefined : requests / all;
  const deviation = Math.sqrt((intended * (1 - intended)) / Math.max(all, 1));
  const allowed = CHANCE.deviations * deviation + CHANCE.negligible;
  return {
    requests,
    perSecond: requests / seconds,
    share,
    errors: errors === undefined || requests === 0 ? undefined : Math.min(1, errors / requests),
    unlike: share !== undefined && all >= ENOUGH && Math.abs(share - intended) > allowed,
  };
}

/** Whether a caller of the route reaches one of its targets by another route, or by a service without a router. */
function isMixed(
  graph: Graph,
  model: MeshModel,
  route: Typed<'route'>,
  callers: ReadonlySet<string>,
): boolean {
  const nodes = new Set(targetsOf(route.spec).map(({ virtualNode }) => `virtualNode/${virtualNode}`));
  const own = new Set(servicesOf(model, route.parent).map((name) => `virtualService/${name}`));
  const key = `virtualRouter/${route.parent}/route/${route.name}`;
  const called = new Set(graph.lines.filter(({ from }) => callers.has(from)).map(({ to }) => to));
  return graph.lines.some(
    ({ from, to, routes }) =>
      nodes.has(to) && called.has(from) && (!own.has(from) || routes.some((each) => each.key !== key)),
  );
}
