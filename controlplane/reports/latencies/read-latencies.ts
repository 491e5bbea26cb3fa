import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterLatencies } from '../../../common/contracts/agent-channel/latencies.ts';
import type { Latencies, LatencyLine, MissingFigures } from '../../../common/contracts/reports.ts';
import type { ConnectedAgent } from '../../agents/agent-entry.ts';
import type { Model } from '../../mesh/model.ts';
import type { MeshId } from '../../mesh/resource.ts';
import { added, merged, percentiles, type Distribution } from './histogram.ts';
import type { LatencyAsks } from './latency-asks.ts';
import { lineOf, type LineId } from '../lines.ts';

/** A question for latencies. `clusters`: empty for all. `seconds`: 0 for all since Envoy's start. `isOneProxy`: whether it is about a single proxy. */
export type LatencyQuestion = {
  readonly mesh: MeshId;
  readonly agents: readonly ConnectedAgent[];
  readonly clusters: readonly string[];
  readonly seconds: number;
  readonly isOneProxy: boolean;
};

type Reading = ReadonlyMap<string, ClusterLatencies>;

/** Reads latencies from agents, twice if a time is given, and merges the proxies of each line. */
export async function readLatencies(
  asks: Pick<LatencyAsks, 'ask'>,
  model: Model,
  { mesh, agents, clusters, seconds }: LatencyQuestion,
): Promise<Latencies> {
  const first = seconds === 0 ? undefined : await readAll(asks, agents, clusters);
  if (first !== undefined) await sleep(seconds * 1000);
  const last = await readAll(asks, agents, clusters);

  const lines = new Map<string, { readonly id: LineId; readonly parts: Distribution[] }>();
  const missing: MissingFigures[] = [];
  for (const [index, agent] of agents.entries()) {
    const { identity, peer } = agent;
    const from = { kind: identity.kind, name: identity.name };
    const [before, after] = [first?.[index], last[index]];
    if (after === undefined || (first !== undefined && before === undefined)) {
      missing.push({ reason: 'waiting', proxy: from, peer });
      continue;
    }
    for (const [cluster, reading] of after) {
      const id = lineOf(mesh, from, cluster, model);
      if (id === undefined) continue;
      const key = `${from.kind}/${from.name}/${cluster}`;
      const line = lines.get(key) ?? { id, parts: [] };
      lines.set(key, line);
      line.parts.push(first === undefined ? reading : added(before?.get(cluster), reading));
    }
  }
  return {
    mesh: mesh.mesh,
    meshOwner: mesh.owner,
    seconds,
    lines: Array.from(lines.values(), ({ id, parts }) => latencyLine(id, merged(parts))),
    reporting: agents.length - missing.length,
    missing,
  };
}

async function readAll(
  asks: Pick<LatencyAsks, 'ask'>,
  agents: readonly ConnectedAgent[],
  clusters: readonly string[],
): Promise<readonly (Reading | undefined)[]> {
  const answers = await Promise.all(agents.map((agent) => asks.ask(agent, clusters)));
  return answers.map((answer) => answer && new Map(answer.map((each) => [each.name, each])));
}

function latencyLine({ from, to, cluster }: LineId, { ranges, responses }: Distribution): LatencyLine {
  const [first, second, third, fourth, fifth] = responses;
  return {
    from,
    to,
    cluster,
    milliseconds: percentiles(ranges),
    responses: { '1xx': first, '2xx': second, '3xx': third, '4xx': fourth, '5xx': fifth },
  };
}
