import type { IdentityPlane } from '../../test/identity/testing/identity-plane.ts';
import { openTestAgent, type OpenTestAgent } from '../../test/identity/testing/test-agent.ts';
import { all, phase, type Look, type Say } from './phases.ts';

/** Agents of one virtual node: fewer than the burst of attempts that one node has. */
const PER_NODE = 100;
/** Their states never change: without a look each second, thousands in one process cost less. */
const CHECK_MS = 60_000;
/** Renewals a second that the control plane asks for, and the share of the measured attestations a second that this process may be asked for. */
const RENEWALS_A_SECOND = 50;
const MOST_SHARE = 0.8;

/** Thousands of agents in this process: each an identity, an ADS stream and a channel, without an Envoy. */
export type Fleet = {
  readonly agents: readonly OpenTestAgent[];
  /** The seconds that each phase took. */
  readonly seconds: { readonly tokens: number; readonly attest: number; readonly connect: number };
  /** How many times as long as the control plane asks for renewals are spread, so that this one process of many agents keeps up. */
  readonly stretch: number;
  readonly close: () => void;
};

/** `onPhase` is called after each phase. `isStretched`: whether this process may renew more slowly than the control plane asks; default: true. */
export type FleetOptions = {
  readonly say: Say;
  readonly onPhase: () => Promise<void>;
  readonly isStretched?: boolean;
};

/** Gets a join token for each agent, then a certificate, then opens its streams. */
export async function openFleet(
  plane: IdentityPlane,
  count: number,
  { say, onPhase, isStretched = true }: FleetOptions,
): Promise<Fleet> {
  const nodes = Array.from({ length: Math.ceil(count / PER_NODE) }, (_, at) => `n${at}`);
  for (const virtualNodeName of nodes)
    await plane.call('PUT', '/v20190125/meshes/m/virtualNodes', { virtualNodeName, spec: {} });
  const nodeOf = (at: number): string => nodes[at % nodes.length] ?? '';
  const tokens: string[] = [];
  const agents: OpenTestAgent[] = [];
  let stretch = 1;
  const close = (): void => {
    for (const agent of agents) agent.close();
  };
  try {
    const made: Look = () => {
      const done = tokens.filter(Boolean).length;
      return { isDone: done === count, done, line: `${done} of ${count} join tokens` };
    };
    const tokenSeconds = await phase('join tokens', { look: made, say }, () =>
      all(count, async (at) => {
        tokens[at] = await plane.joinToken(nodeOf(at));
      }),
    );
    await onPhase();
    const attestSeconds = await phase('attestations', { look: attested(agents, count), say }, () =>
      all(count, async (at) => {
        const node = `mesh/m/virtualNode/${nodeOf(at)}`;
        const agent = await openTestAgent(plane, {
          node,
          token: tokens[at] ?? '',
          checkMs: CHECK_MS,
          stretch: () => stretch,
        });
        agents.push(agent);
        await certificateOf(agent);
      }),
    );
    if (isStretched) stretch = Math.max(1, RENEWALS_A_SECOND / ((count / attestSeconds) * MOST_SHARE));
    await onPhase();
    const connectSeconds = await phase('streams', { look: connected(agents), say }, () =>
      all(count, async (at) => agents[at]?.connect()),
    );
    await onPhase();
    const seconds = { tokens: tokenSeconds, attest: attestSeconds, connect: connectSeconds };
    return { agents, seconds, stretch, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Resolves once an agent has its first certificate. */
function certificateOf({ identity }: OpenTestAgent): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  identity.onChange(resolve);
  if (identity.current() !== undefined) resolve();
  return promise;
}

function attested(agents: readonly OpenTestAgent[], count: number): Look {
  return () => {
    const without = agents.filter(({ identity }) => identity.current() === undefined);
    const done = agents.length - without.length;
    const problem = without
      .map(({ identity }) => identity.status().problem)
      .find((each) => each !== undefined);
    return {
      isDone: done === count,
      done,
      line: `${done} of ${count} agents have a certificate${because(problem)}`,
    };
  };
}

/** Whether all agents have a stream. */
export function connected(agents: readonly OpenTestAgent[]): Look {
  return () => {
    const without = agents.filter((agent) => !agent.isConnected());
    const problem = without.map((agent) => agent.reason()).find((each) => each !== '');
    const line = `${agents.length - without.length} of ${agents.length} agents are connected${because(problem)}`;
    return { isDone: without.length === 0, done: agents.length - without.length, line };
  };
}

function because(problem: string | undefined): string {
  return problem === undefined ? '' : ` (one of the others: ${problem})`;
}
