import { asObject } from '../../../common/as-object.ts';
import {
  MOST_ANSWERED_CLUSTERS,
  MOST_ASKED_CLUSTERS,
  type LatencyRange,
} from '../../../common/contracts/agent-channel/latencies.ts';
import type { FiguresCaller, MissingFigures } from '../../../common/contracts/reports.ts';
import { MOST_TEXTS, type Asker, type LatencyMessage } from './announced-latencies.ts';
import type { Distribution } from './histogram.ts';
import type { LatencyPart } from './latency-parts.ts';
import { MOST_PROXIES, MOST_SECONDS, type AskedProxies } from './question.ts';
import { parseJson } from '../../../common/parse-json.ts';

/** Decodes a text; undefined if it is about something else, or of a form that this version does not know. Skips such entries, too. */
export function decodeLatencies(text: string): LatencyMessage | undefined {
  if (!text.includes('"latencies":')) return undefined;
  const { replica, latencies } = asObject(parseJson(text));
  if (typeof replica !== 'string') return undefined;
  const content = asObject(latencies);
  if (content['question'] !== undefined) return asQuestion(replica, content);
  const taken = asAsker(content['taken']);
  if (taken !== undefined)
    return { kind: 'taken', replica, ...taken, proxies: asProxies(content['proxies']) };
  const asker = asAsker(content['answer']);
  return asker && asPart(replica, asker, content);
}

type Content = Readonly<Record<string, unknown>>;

function asQuestion(replica: string, content: Content): LatencyMessage | undefined {
  const { question, ask, of, clusters, seconds } = content;
  const [owner, mesh] = asList(question);
  const proxies = asAskedProxies(of);
  if (typeof owner !== 'string' || typeof mesh !== 'string' || proxies === undefined) return undefined;
  if (!isWhole(ask, Number.MAX_SAFE_INTEGER) || !isWhole(seconds, MOST_SECONDS)) return undefined;
  const named = asList(clusters).filter((each) => typeof each === 'string');
  return {
    kind: 'question',
    replica,
    ask,
    question: { mesh: { owner, mesh }, proxies, clusters: named.slice(0, MOST_ASKED_CLUSTERS), seconds },
  };
}

function asPart(replica: string, asker: Asker, content: Content): LatencyMessage | undefined {
  const { part, of, cut, reporting, entries } = content;
  if (!isWhole(of, MOST_TEXTS) || !isWhole(part, of - 1)) return undefined;
  const all = asList(entries);
  return {
    kind: 'part',
    replica,
    ...asker,
    part,
    count: of,
    isCut: cut === true,
    parts: {
      reporting: asProxies(reporting) ?? 0,
      parts: all.flatMap(asLatencyPart).slice(0, MOST_ANSWERED_CLUSTERS),
      missing: all.flatMap(asMissing).slice(0, MOST_PROXIES),
    },
  };
}

function asLatencyPart(entry: unknown): readonly LatencyPart[] {
  const [kind, name, cluster, responses, ranges] = asList(entry);
  const from = asCaller(kind, name);
  const counts = asResponses(responses);
  if (from === undefined || typeof cluster !== 'string' || counts === undefined) return [];
  return [{ from, cluster, distribution: { responses: counts, ranges: asRanges(asList(ranges)) } }];
}

function asResponses(value: unknown): Distribution['responses'] | undefined {
  const counts = asList(value);
  return counts.length === 5 && counts.every((each) => isWhole(each, MOST_COUNT))
    ? (counts as unknown as Distribution['responses'])
    : undefined;
}

function asRanges(numbers: readonly unknown[]): readonly LatencyRange[] {
  const ranges: LatencyRange[] = [];
  for (let at = 0; at + 2 < numbers.length; at += 3) {
    const [lower, width, count] = numbers.slice(at, at + 3);
    if (isTime(lower) && isTime(width) && isWhole(count, MOST_COUNT))
      // As the agents of this replica send it, so that equal ranges add up.
      ranges.push({ from: Math.fround(lower), width: Math.fround(width), count });
  }
  return ranges;
}

function asMissing(entry: unknown): readonly MissingFigures[] {
  const [kind, name, peer, ...more] = asList(entry);
  const proxy = asCaller(kind, name);
  return proxy === undefined || typeof peer !== 'string' || more.length > 0
    ? []
    : [{ reason: 'waiting', proxy, peer }];
}

/** More requests than this are no count of an Envoy; sums of such counts stay exact. */
const MOST_COUNT = 2 ** 40;
/** Eleven days. */
const MOST_MS = 1e9;

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST_MS;
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

function asProxies(value: unknown): number | undefined {
  return isWhole(value, MOST_PROXIES) ? value : undefined;
}

function asAskedProxies(value: unknown): AskedProxies | undefined {
  if (typeof value === 'string') return { kind: 'proxy', peer: value };
  const [kind, name] = asList(value);
  const resource = asCaller(kind, name);
  return resource && { kind: 'resource', resource };
}

function asCaller(kind: unknown, name: unknown): FiguresCaller | undefined {
  const isKind = kind === 'virtualNode' || kind === 'virtualGateway';
  return isKind && typeof name === 'string' ? { kind, name } : undefined;
}

function asAsker(value: unknown): Asker | undefined {
  const [to, ask] = asList(value);
  return typeof to === 'string' && isWhole(ask, Number.MAX_SAFE_INTEGER) ? { to, ask } : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
