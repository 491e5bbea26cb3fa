import type { Latencies } from '../../../common/contracts/reports.ts';
import type { Graph, Line } from '../graph/graph.ts';

/** The p99 of a line, in milliseconds. `atMost`: the line has several targets or callers, and none of them is slower. */
export type LineLatency = { readonly p99: number; readonly atMost: boolean };

/** The latencies of what pieces of the map send, by the key of the piece. */
export type AskedLatencies = ReadonlyMap<string, Latencies>;

/**
 * Returns the p99 of each line whose callers were all asked, by the key of the line. Proxies measure by caller and target node: of a line to a
 * virtual service with several targets, or from one with several callers, no proxy has measured the p99. It is at most the greatest of theirs.
 */
export function latenciesOnLines({ lines }: Graph, asked: AskedLatencies): ReadonlyMap<string, LineLatency> {
  const callees = Map.groupBy(lines, ({ from }) => from);
  const callers = Map.groupBy(lines, ({ to }) => to);
  const found = new Map<string, LineLatency>();
  for (const line of lines) {
    const pairs = pairsOf(line, callees, callers);
    if (asked.size === 0 || !pairs.every(({ caller }) => asked.has(caller))) continue;
    const values = pairs.flatMap(({ caller, node }) => p99sOf(asked.get(caller), node));
    if (values.length > 0) found.set(line.key, { p99: Math.max(...values), atMost: values.length > 1 });
  }
  return found;
}

type Pair = { readonly caller: string; readonly node: string };
type ByEnd = ReadonlyMap<string, readonly Line[]>;

/** The callers and target nodes of the requests that go along a line. */
function pairsOf({ from, to }: Line, callees: ByEnd, callers: ByEnd): readonly Pair[] {
  return from.startsWith('virtualService/')
    ? (callers.get(from) ?? []).map((each) => ({ caller: each.from, node: to }))
    : (callees.get(to) ?? []).map((each) => ({ caller: from, node: each.to }));
}

/** One for each of the target's listeners that got requests. */
function p99sOf(asked: Latencies | undefined, node: string): readonly number[] {
  return (asked?.lines ?? []).flatMap(({ to, milliseconds }) =>
    to.kind === 'virtualNode' && `virtualNode/${to.name}` === node && milliseconds !== null
      ? [milliseconds.p99]
      : [],
  );
}

/** Writes milliseconds with the digits that matter. */
export function millisecondsText(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0);
}
