import type { MissingFigures } from '../../../common/contracts/reports.ts';
import type { LatencyPart, LatencyParts } from './latency-parts.ts';
import type { LatencyQuestion } from './question.ts';

/** Which question of which replica an answer is for. */
export type Asker = { readonly to: string; readonly ask: number };

/**
 * A message between replicas about latencies. `question`: from one replica to all others. `taken`: at once from each of the others, with
 * the proxies that it asks, undefined if it answers too many questions already. `part`: of the answer, if it asks a proxy.
 */
export type LatencyMessage =
  | {
      readonly kind: 'question';
      readonly replica: string;
      readonly ask: number;
      readonly question: LatencyQuestion;
    }
  | ({
      readonly kind: 'taken';
      readonly replica: string;
      readonly proxies: number | undefined;
    } & Asker)
  | ({
      readonly kind: 'part';
      readonly replica: string;
      readonly part: number;
      readonly count: number;
      /** Whether some lines are left out, because the answer would be too long. */
      readonly isCut: boolean;
      readonly parts: LatencyParts;
    } & Asker);

/** The most texts of one answer. */
export const MOST_TEXTS = 20;

/** Ranges of one entry. A cluster with more has several entries, which add up. */
const ENTRY_RANGES = 100;
const TAIL = ']}}';

/** Encodes a question. Clusters that do not fit are not named, and then all are asked for. */
export function encodeLatencyQuestion(
  replica: string,
  ask: number,
  { mesh, proxies, clusters, seconds }: LatencyQuestion,
  mostBytes: number,
): string {
  const { owner, mesh: name } = mesh;
  const of = proxies.kind === 'proxy' ? proxies.peer : [proxies.resource.kind, proxies.resource.name];
  const encode = (named: readonly string[]): string =>
    JSON.stringify({
      replica,
      latencies: { question: [owner, name], ask, of, clusters: named, seconds },
    });
  const text = encode(clusters);
  return Buffer.byteLength(text) <= mostBytes ? text : encode([]);
}

/** Encodes that a replica has taken a question. */
export function encodeTaken(replica: string, { to, ask }: Asker, proxies: number | undefined): string {
  return JSON.stringify({ replica, latencies: { taken: [to, ask], proxies: proxies ?? null } });
}

/** Encodes an answer as texts of at most `mostBytes`. Leaves out the lines with the fewest responses if `MOST_TEXTS` are not enough. */
export function encodeLatencyParts(
  replica: string,
  { to, ask }: Asker,
  { parts, reporting, missing }: LatencyParts,
  mostBytes: number,
): readonly string[] {
  const busiest = parts.toSorted((a, b) => responsesOf(b) - responsesOf(a));
  const entries = [...missing.flatMap(missingEntries), ...busiest.flatMap(entriesOf)].map((entry) =>
    JSON.stringify(entry),
  );
  // The head has the number of texts, which is not known yet: two digits at most, like this one.
  const head = (part: number, count: number, isCut: boolean): string =>
    `{"replica":${JSON.stringify(replica)},"latencies":{"answer":${JSON.stringify([to, ask])},"part":${part},"of":${count},` +
    `"cut":${isCut},"reporting":${part === 0 ? reporting : 0},"entries":[`;
  const room = mostBytes - Buffer.byteLength(head(MOST_TEXTS, MOST_TEXTS, false)) - TAIL.length - 8;
  const pages: string[][] = [[]];
  let used = 0;
  let isCut = false;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry) + 1;
    if (used > 0 && used + size > room) {
      isCut = pages.length === MOST_TEXTS;
      if (isCut) break;
      pages.push([]);
      used = 0;
    }
    pages.at(-1)?.push(entry);
    used += size;
  }
  return pages.map((page, index) => head(index, pages.length, isCut) + page.join(',') + TAIL);
}

function responsesOf({ distribution }: LatencyPart): number {
  return distribution.responses.reduce((sum, count) => sum + count, 0);
}

function missingEntries(missing: MissingFigures): readonly unknown[] {
  return missing.reason === 'replica' ? [] : [[missing.proxy.kind, missing.proxy.name, missing.peer]];
}

function entriesOf({ from, cluster, distribution }: LatencyPart): readonly unknown[] {
  const { ranges, responses } = distribution;
  const entries: unknown[] = [];
  for (let at = 0; at === 0 || at < ranges.length; at += ENTRY_RANGES) {
    const some = ranges
      .slice(at, at + ENTRY_RANGES)
      .flatMap(({ from: lower, width, count }) => [shortened(lower), shortened(width), count]);
    entries.push([from.kind, from.name, cluster, at === 0 ? responses : NO_RESPONSES, some]);
  }
  return entries;
}

const NO_RESPONSES = [0, 0, 0, 0, 0] as const;

/** An agent sends 32 bits of a number, which have seven digits at most; as a double it would have seventeen. */
function shortened(value: number): number {
  return Number(value.toPrecision(7));
}
