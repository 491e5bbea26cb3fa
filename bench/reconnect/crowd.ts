import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appMeshClient } from '../../demo/color-model.ts';
import { bundle } from '../../test/lab/programs/bundle.ts';
import { startLocalControlPlane } from '../../test/lab/programs/local-control-plane.ts';
import { until } from '../../test/lab/until.ts';
import { createPair } from '../../test/testing/pair-model.ts';
import type { MemberOrder, MemberReport } from './crowd-member.ts';

/** The reconnections of a crowd after the kill of its control plane. */
export type CrowdOutcome = {
  /** The maximum number of connection attempts in 100 ms. */
  readonly busiest: number;
  /** Connection attempts per client. */
  readonly attempts: number;
  /** Time until the last client has its stream at the other control plane. */
  readonly seconds: number;
};

/** Clients per process. A client in Node costs as much as a stream at the server, so more clients in one process would time out. */
const PER_PROCESS = 500;
const LIMIT = { limitMs: 180_000, everyMs: 20 };
const WINDOW_MS = 100;

/** Connects `clients` of the agent's ADS clients to one of two control planes, kills it, and waits until all are at the other. */
export async function loseServer(clients: number): Promise<CrowdOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-reconnect-'));
  const { daybreak } = await bundle();
  const start = (name: string) =>
    startLocalControlPlane(['--data', join(folder, name)], { program: daybreak });
  const [first, second] = await Promise.all([start('one'), start('two')]);
  const planes = [first.ads, second.ads];
  const members: Member[] = [];
  const connected = (): number => members.reduce((sum, member) => sum + member.connected(), 0);
  try {
    for (const { api } of [first, second]) await createPair(appMeshClient(api));
    for (let made = 0; made < clients; made += PER_PROCESS) {
      members.push(startMember({ planes, clients: Math.min(PER_PROCESS, clients - made) }));
      await until('all connected', () => connected() === Math.min(clients, made + PER_PROCESS), LIMIT);
    }
    const killedAt = performance.timeOrigin + performance.now();
    await first.kill();
    await until('a loss', () => connected() < clients, LIMIT);
    await until('all connected', () => connected() === clients, LIMIT);
    const seconds = (performance.timeOrigin + performance.now() - killedAt) / 1000;
    const attempts = members.flatMap((member) => member.attempts()).filter((time) => time >= killedAt);
    return { busiest: busiest(attempts.sort((a, b) => a - b)), attempts: attempts.length / clients, seconds };
  } finally {
    await Promise.all(members.map((member) => member.end()));
    await Promise.all([first.kill(), second.stop()]);
    await rm(folder, { recursive: true });
  }
}

type Member = {
  readonly connected: () => number;
  /** Unix times in milliseconds. */
  readonly attempts: () => readonly number[];
  readonly end: () => Promise<void>;
};

function startMember(order: MemberOrder): Member {
  const child: ChildProcess = fork(join(import.meta.dirname, 'crowd-member.ts'));
  const attempts: number[] = [];
  let connected = 0;
  child.on('message', (report: MemberReport) => {
    ({ connected } = report);
    attempts.push(...report.attempts);
  });
  child.send(order);
  return {
    connected: () => connected,
    attempts: () => attempts,
    async end() {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Returns the maximum in any `WINDOW_MS`. */
function busiest(sorted: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= WINDOW_MS) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
