import type { FiguresLine, LiveFigures } from '../../../common/contracts/reports.ts';
import type { Graph } from '../graph/graph.ts';

/** The figures of a line or a piece in the newest slot. */
export type Rate = {
  /** Requests (or TCP connections) a second. */
  readonly perSecond: number;
  /** The share of them that failed, of 1. */
  readonly errors: number;
};

/** The newest figures by the key of a line, and of a piece: the requests that it received. */
export type Rates = {
  readonly lines: ReadonlyMap<string, Rate>;
  readonly pieces: ReadonlyMap<string, Rate>;
};

/** No figures. */
export const NO_RATES: Rates = { lines: new Map(), pieces: new Map() };

type Sum = { requests: number; errors: number };

/**
 * Returns the rates of the newest slot, on the lines of the map. Proxies count by caller and target node. Between them stands a virtual
 * service; where a caller reaches a node by several services, its requests are divided among these evenly, because Envoy counts them together.
 */
export function ratesOf(graph: Graph, figures: LiveFigures | undefined): Rates {
  if (figures === undefined || figures.times.length === 0) return NO_RATES;
  const lines = new Map<string, Sum>();
  const pieces = new Map<string, Sum>();
  const callees = Map.groupBy(graph.lines, ({ from }) => from);
  for (const line of figures.lines) {
    const newest = newestOf(line);
    if (newest === undefined) continue;
    const from = `${line.from.kind}/${line.from.name}`;
    if (line.to.kind === 'application') add(pieces, from, newest, 1);
    if (line.to.kind !== 'virtualNode') continue;
    const to = `virtualNode/${line.to.name}`;
    const through = (callees.get(from) ?? []).filter(({ to: service }) =>
      (callees.get(service) ?? []).some((each) => each.to === to),
    );
    for (const { key, to: service } of through) {
      add(lines, key, newest, through.length);
      add(lines, `${service}>${to}`, newest, through.length);
    }
  }
  const rates = (sums: ReadonlyMap<string, Sum>): Map<string, Rate> =>
    new Map(
      [...sums].map(([key, { requests, errors }]) => [
        key,
        {
          perSecond: requests / figures.slotSeconds,
          errors: requests === 0 ? 0 : Math.min(1, errors / requests),
        },
      ]),
    );
  return { lines: rates(lines), pieces: rates(pieces) };
}

function newestOf({ requests, errors }: FiguresLine): Sum | undefined {
  const count = requests.at(-1);
  return typeof count === 'number' ? { requests: counted(count), errors: counted(errors.at(-1)) } : undefined;
}

/** The largest count of a slot that a page takes seriously: a report may hold anything. */
const MOST = 1e12;

/** Returns a count as pages use it: 0 for a value that is no count, such as a negative number, and at most 10^12. */
export function counted(count: number | null | undefined): number {
  return typeof count === 'number' && count > 0 ? Math.min(count, MOST) : 0;
}

function add(sums: Map<string, Sum>, key: string, { requests, errors }: Sum, parts: number): void {
  const sum = sums.get(key) ?? { requests: 0, errors: 0 };
  sums.set(key, { requests: sum.requests + requests / parts, errors: sum.errors + errors / parts });
}

/**
 * Returns the figures with the slots of a newer message behind them, at most `kept` slots. If the clock of the control plane was set back, the
 * earlier slots move with it.
 */
export function extended(earlier: LiveFigures | undefined, newer: LiveFigures, kept: number): LiveFigures {
  if (earlier === undefined || earlier.slotSeconds !== newer.slotSeconds) return newer;
  const old = withTimesBefore(earlier, newer);
  const fresh = newer.times.findIndex((time) => time > (old.times.at(-1) ?? 0));
  if (fresh === -1) return { ...newer, times: old.times, lines: old.lines };
  // A large mesh has millions of numbers here: each list is copied as a whole.
  const nothing = { old: old.times.map(() => null), newer: newer.times.map(() => null) };
  const joined = (before: FiguresLine | undefined, after: FiguresLine | undefined, name: ListName) =>
    (before?.[name] ?? nothing.old).concat((after?.[name] ?? nothing.newer).slice(fresh)).slice(-kept);
  const extend = (form: FiguresLine, before?: FiguresLine, after?: FiguresLine): FiguresLine => ({
    ...form,
    requests: joined(before, after, 'requests'),
    errors: joined(before, after, 'errors'),
    active: joined(before, after, 'active'),
  });
  const added = new Map(newer.lines.map((line) => [keyOfLine(line), line]));
  const lines = old.lines.map((line) => {
    const key = keyOfLine(line);
    const after = added.get(key);
    added.delete(key);
    return extend(after ?? line, line, after);
  });
  for (const line of added.values()) lines.push(extend(line, undefined, line));
  const times = old.times.concat(newer.times.slice(fresh)).slice(-kept);
  // A page that is open for days would keep the lines of all nodes that there have been.
  return { ...newer, times, lines: lines.filter(({ requests }) => requests.some((count) => count !== null)) };
}

/** A message has slots that ended since the one before it, so a clock was set back if its newest slot lies well before the newest one so far. */
function withTimesBefore(old: LiveFigures, { times, slotSeconds }: LiveFigures): LiveFigures {
  const slotMs = slotSeconds * 1000;
  const [last, first, newest] = [old.times.at(-1), times[0], times.at(-1)];
  if (last === undefined || first === undefined || newest === undefined || newest > last - slotMs / 2)
    return old;
  const back = last + slotMs - first;
  return { ...old, times: old.times.map((time) => time - back) };
}

type ListName = 'requests' | 'errors' | 'active';

function keyOfLine({ from, cluster }: FiguresLine): string {
  return `${from.kind}/${from.name}/${cluster}`;
}

const UNITS = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1000, 'k'],
] as const;

/** Writes a rate with the digits that matter. */
export function rateText(perSecond: number): string {
  const [size, unit] = UNITS.find(([least]) => perSecond >= least) ?? [1, ''];
  if (size > 1) return `${(perSecond / size).toFixed(perSecond >= 10 * size ? 0 : 1)}${unit}`;
  return perSecond >= 10 || perSecond === 0 ? `${Math.round(perSecond)}` : perSecond.toFixed(1);
}

/** Requests and errors a second over time. `times`: seconds since 1970. */
export type Course = {
  readonly times: readonly number[];
  readonly requests: readonly (number | null)[];
  readonly errors: readonly (number | null)[];
};

/** Returns the requests of a piece over time: those that it sends or, if it sends none, those that it receives. Undefined without figures. */
export function courseOf(key: string, figures: LiveFigures | undefined): Course | undefined {
  if (figures === undefined || figures.times.length < 2) return undefined;
  const own = figures.lines.filter(({ from }) => `${from.kind}/${from.name}` === key);
  const sent = own.filter(({ to }) => to.kind === 'virtualNode');
  const lines = sent.length > 0 ? sent : own.filter(({ to }) => to.kind === 'application');
  if (lines.length === 0) return undefined;
  const summed = (name: 'requests' | 'errors'): (number | null)[] =>
    figures.times.map((_, slot) => {
      const counts = lines.map((line) => line[name][slot]).filter((count) => typeof count === 'number');
      return counts.length === 0
        ? null
        : counts.map(counted).reduce((a, b) => a + b, 0) / figures.slotSeconds;
    });
  return {
    times: figures.times.map((time) => time / 1000),
    requests: summed('requests'),
    errors: summed('errors'),
  };
}
