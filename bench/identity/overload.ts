// A control plane that has less processor time than the renewals of its agents need.
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startIdentityPlane, type IdentityPlane } from '../../test/identity/testing/identity-plane.ts';
import type { OpenTestAgent } from '../../test/identity/testing/test-agent.ts';
import { BenchUsageError, readRounds, type BenchRow, type RunBench } from '../figures/bench.ts';
import { limitCpu } from './cpu-limit.ts';
import { openFleet } from './fleet.ts';

/** How often the progress is noted, and how long it is followed at most, in milliseconds. */
const LOOK_EVERY_MS = 5000;
const MOST_MS = 200_000;

/**
 * Opens as many agents as the argument says (default 1,000), then limits the control plane to a share of a core (default 0.2), and has all
 * certificates renewed (`rotate intermediate`) until all agents have a new one.
 */
export const runOverload: RunBench = async ({ args: [wanted = '1000', share = '0.2'], say }) => {
  const count = readRounds(wanted, 5000);
  const cores = Number(share);
  if (!(cores > 0 && cores <= 2)) throw new BenchUsageError(`${share} cores: it has to be a number up to 2`);
  const plane = await startIdentityPlane();
  let remove = async (): Promise<void> => undefined;
  try {
    const fleet = await openFleet(plane, count, { say, onPhase: async () => undefined, isStretched: false });
    try {
      const limit = await limitCpu(plane.plane().pid, cores);
      remove = limit.remove;
      return { rows: await renewAll(plane, fleet.agents, say), notes: [NOTE] };
    } finally {
      fleet.close();
    }
  } finally {
    await plane.remove();
    await sleep(100);
    await remove();
  }
};

const NOTE =
  'all certificates are renewed at once, spread as the control plane asks: 50 a second. The agents are in one process, without such a limit.';

async function renewAll(
  plane: IdentityPlane,
  agents: readonly OpenTestAgent[],
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const attempts = () => agents.reduce((sum, agent) => sum + agent.attempts(), 0);
  const ends = () => agents.reduce((sum, agent) => sum + agent.disconnections().length, 0);
  const before = { attempts: attempts(), ends: ends() };
  await plane.call('POST', '/daybreak/v1/identity/rotate', { what: 'intermediate' });
  const begun = performance.now();
  const renewed: number[] = [];
  const seconds = () => (performance.now() - begun) / 1000;
  const done = () => agents.filter(({ identity }) => (identity.held()?.generation ?? 0) >= 1).length;
  let half = 0;
  let most = 0;
  for (let at = 1; done() < agents.length && seconds() * 1000 < MOST_MS; at += 1) {
    while (seconds() * 1000 < at * LOOK_EVERY_MS && done() < agents.length) await sleep(100);
    const now = done();
    most = Math.max(most, now - (renewed.at(-1) ?? 0));
    renewed.push(now);
    if (half === 0 && now >= agents.length / 2) half = seconds();
    const problems = new Map<string, number>();
    for (const { identity } of agents) {
      const { problem } = identity.status();
      const kind = problem?.replaceAll(/\d+/g, '#');
      if (kind !== undefined) problems.set(kind, (problems.get(kind) ?? 0) + 1);
    }
    const why = [...problems].map(([kind, times]) => `${times} ${kind}`).join('; ');
    say(
      `${seconds().toFixed(0)} s: ${now} have renewed, after ${attempts() - before.attempts} attempts${why === '' ? '' : `: ${why}`}`,
    );
  }
  const took = seconds();
  const metrics = await outcomes(plane);
  for (const line of metrics) say(line);
  const all = done();
  const tried = attempts() - before.attempts;
  return [
    { what: 'agents that got a new certificate', unit: '', ours: all },
    { what: 'until half of all agents have one', unit: 's', ours: half },
    { what: 'until all of them, or the end of this bench', unit: 's', ours: took },
    { what: 'new certificates a second, on average', unit: '/s', ours: all / took },
    { what: 'new certificates in 5 s, at most', unit: '', ours: most },
    { what: 'attempts', unit: '', ours: tried },
    { what: 'attempts that failed', unit: '', ours: tried - all },
    { what: 'streams that ended', unit: '', ours: ends() - before.ends },
  ];
}

/** The outcomes of attempts since the start, as the control plane counts them. */
async function outcomes(plane: IdentityPlane): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const url = `${plane.plane().api}/metrics`;
  get(url, { ca: plane.ca, servername: 'localhost', headers: { host: 'localhost' } }, resolve).on(
    'error',
    reject,
  );
  const lines = (await text(await promise)).split('\n');
  return lines.filter((line) => line.startsWith('daybreak_attestations_total'));
}
