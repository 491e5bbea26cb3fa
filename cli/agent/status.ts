import { setTimeout as delay } from 'node:timers/promises';
import type { Status } from '../../agent/status/status.ts';
import { askFirst } from './ask.ts';
import { describeAgent } from './describe-agent.ts';
import { readPlaces } from './places.ts';
import { parseStats, TRAFFIC_FILTER, trafficRows, type TrafficRow } from './traffic.ts';

/** Options of `daybreak agent status`. */
export type AgentStatusOptions = { readonly output: 'text' | 'json' };

const SAMPLE_MS = 1000;

/**
 * Prints the state of the agent with these variables, and its traffic during one second. Without an answer of Envoy's admin interface, the
 * traffic is left out.
 * @throws CommandError if the agent does not answer
 */
export async function agentStatus(
  env: NodeJS.ProcessEnv,
  { output }: AgentStatusOptions,
  stdout: Pick<NodeJS.WritableStream, 'write'>,
): Promise<void> {
  const places = readPlaces(env);
  const status = JSON.parse(await askFirst(places.status, '/status')) as Status;
  const traffic = await readTraffic(() =>
    askFirst([places.admin], `/stats?format=json&filter=${encodeURIComponent(TRAFFIC_FILTER)}`),
  ).catch(() => undefined);
  stdout.write(
    output === 'json'
      ? `${JSON.stringify({ ...status, traffic }, undefined, 2)}\n`
      : describeAgent(status, traffic, new Date()),
  );
}

async function readTraffic(ask: () => Promise<string>): Promise<readonly TrafficRow[]> {
  const before = parseStats(await ask());
  const since = performance.now();
  await delay(SAMPLE_MS);
  return trafficRows(before, parseStats(await ask()), (performance.now() - since) / 1000);
}
