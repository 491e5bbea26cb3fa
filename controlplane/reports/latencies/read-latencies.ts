import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterLatencies } from '../../../common/contracts/agent-channel/latencies.ts';
import type { MissingFigures } from '../../../common/contracts/reports.ts';
import type { ConnectedAgent } from '../../agents/agent-entry.ts';
import { added } from './histogram.ts';
import type { LatencyAsks } from './latency-asks.ts';
import { mergedParts, type LatencyPart, type LatencyParts } from './latency-parts.ts';
import type { LatencyQuestion } from './question.ts';

type Reading = ReadonlyMap<string, ClusterLatencies>;

/** Reads latencies from agents of this replica, twice if a time is given, and merges the proxies of each line. */
export async function readLatencies(
  asks: Pick<LatencyAsks, 'ask'>,
  agents: readonly ConnectedAgent[],
  { clusters, seconds }: LatencyQuestion,
): Promise<LatencyParts> {
  const first = seconds === 0 ? undefined : await readAll(asks, agents, clusters);
  if (first !== undefined) await sleep(seconds * 1000);
  const last = await readAll(asks, agents, clusters);

  const parts: LatencyPart[] = [];
  const missing: MissingFigures[] = [];
  for (const [index, { identity, peer }] of agents.entries()) {
    const from = { kind: identity.kind, name: identity.name };
    const [before, after] = [first?.[index], last[index]];
    if (after === undefined || (first !== undefined && before === undefined)) {
      missing.push({ reason: 'waiting', proxy: from, peer });
      continue;
    }
    for (const [cluster, reading] of after) {
      const distribution = first === undefined ? reading : added(before?.get(cluster), reading);
      parts.push({ from, cluster, distribution });
    }
  }
  return { parts: mergedParts(parts), reporting: agents.length - missing.length, missing };
}

async function readAll(
  asks: Pick<LatencyAsks, 'ask'>,
  agents: readonly ConnectedAgent[],
  clusters: readonly string[],
): Promise<readonly (Reading | undefined)[]> {
  const answers = await Promise.all(agents.map((agent) => asks.ask(agent, clusters)));
  return answers.map((answer) => answer && new Map(answer.map((each) => [each.name, each])));
}
