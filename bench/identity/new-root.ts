import type { AuthorityState } from '../../controlplane/identity/authority/describe-authority.ts';
import type { IdentityPlane } from '../../test/identity/testing/identity-plane.ts';
import type { OpenTestAgent } from '../../test/identity/testing/test-agent.ts';
import { percentile } from '../figures/percentile.ts';
import type { BenchRow } from '../figures/bench.ts';
import { followCost } from './cost.ts';
import { connected } from './fleet.ts';
import { phase, type Look, type Say } from './phases.ts';
import { startProbes } from './probes.ts';

/** The steps of a rotation; each is a generation of certificates. */
const STEPS = ['both roots are trusted', 'the new root signs', 'the old root is gone'] as const;

/** Replaces the root under connected agents. Follows it by the certificates that they hold, which costs the control plane nothing. */
export async function replaceRoot(
  plane: IdentityPlane,
  agents: readonly OpenTestAgent[],
  say: Say,
): Promise<readonly BenchRow[]> {
  const state = async () => (await plane.call('GET', '/daybreak/v1/identity')) as AuthorityState;
  const { generation } = await state();
  const cost = await followCost(plane.plane().pid);
  const probes = await startProbes(plane);
  const before = disconnections(agents);
  await plane.call('POST', '/daybreak/v1/identity/rotate', { what: 'root' });
  const rows: BenchRow[] = [];
  for (const [at, step] of STEPS.entries()) {
    const isLast = at === STEPS.length - 1;
    // A step is over when the control plane begins the next one, of which an agent hears at once.
    const look = isLast ? allHave(agents, generation + 3) : anyHas(agents, generation + at + 2);
    const seconds = await phase(`new root, ${step}`, { look, say });
    const { cpuMs, residentMb } = await cost();
    rows.push(
      {
        what: `new root, ${step}: until the ${isLast ? 'last agent has it alone' : 'next step'}`,
        unit: 's',
        ours: seconds,
      },
      {
        what: `new root, ${step}: CPU of the control plane, per agent`,
        unit: 'ms',
        ours: cpuMs / agents.length,
      },
      { what: `new root, ${step}: memory of the control plane`, unit: 'MB', ours: residentMb },
    );
  }
  await phase('new root, streams', { look: connected(agents), say });
  await probes.stop();
  const { rotation } = await state();
  if (rotation !== null) throw new Error(`the rotation is still at ${rotation.step}`);
  const ended = disconnections(agents);
  for (const [reason, times] of ended)
    say(`new root, streams: ${times - (before.get(reason) ?? 0)} ended: ${reason}`);
  rows.push({
    what: 'new root: streams that ended or could not be opened, and were opened again',
    unit: '',
    ours: sum(ended) - sum(before),
  });
  return [
    ...rows,
    ...rowsOf('a read by the API', probes.reads),
    ...rowsOf('a change until its proxy has it', probes.pushes),
    {
      what: 'new root: longest delay in the process of the agents, which these latencies include',
      unit: 'ms',
      ours: probes.ownDelay(),
    },
  ];
}

function rowsOf(what: string, values: readonly number[]): readonly BenchRow[] {
  return [
    { what: `new root: ${what}, median`, unit: 'ms', ours: percentile(values, 0.5) },
    { what: `new root: ${what}, 99th`, unit: 'ms', ours: percentile(values, 0.99) },
    { what: `new root: ${what}, longest`, unit: 'ms', ours: Math.max(...values) },
  ];
}

function anyHas(agents: readonly OpenTestAgent[], generation: number): Look {
  return () => ({ ...renewed(agents, generation - 1), isDone: count(agents, generation) > 0 });
}

function allHave(agents: readonly OpenTestAgent[], generation: number): Look {
  return () => renewed(agents, generation);
}

function renewed(agents: readonly OpenTestAgent[], generation: number): ReturnType<Look> {
  const done = count(agents, generation);
  const line = `${done} of ${agents.length} agents have renewed`;
  return { isDone: done === agents.length, done, line };
}

/** How many agents hold a certificate of that generation, or a later one. */
function count(agents: readonly OpenTestAgent[], generation: number): number {
  return agents.filter(({ identity }) => (identity.held()?.generation ?? 0) >= generation).length;
}

/** How many streams have ended, or could not be opened, by the reason. */
function disconnections(agents: readonly OpenTestAgent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const reason of agents.flatMap((agent) => agent.disconnections())) {
    // Names and serial numbers of agents differ.
    const kind = reason.replaceAll(/spiffe:\S+|certificate [0-9A-F]+/g, '…');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, each) => all + each, 0);
}
