// The cost of identities: certificates and attestations a second, and the time that a new root takes.
import { setTimeout as sleep } from 'node:timers/promises';
import { attest } from '../../agent/identity/attest.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';
import type { AuthorityState } from '../../controlplane/identity/authority/describe-authority.ts';
import { startIdentityPlane, type IdentityPlane } from '../../test/identity/testing/identity-plane.ts';
import { startTestAgent, type TestAgent } from '../../test/identity/testing/test-agent.ts';
import { readRounds, type BenchRow, type RunBench } from '../figures/bench.ts';

const AT_ONCE = 16;
const NODE = 'mesh/m/virtualNode/a';

/** `traffic`: see identity/traffic.ts. Else measures with as many agents as the argument says (default 200), which all attest, and then get a new root. */
export const run: RunBench = async ({ args: [wanted = '200', ...more], say }) => {
  if (wanted === 'traffic') return (await import('./traffic.ts')).run({ args: more, say });
  const agents = readRounds(wanted, 5000);
  const plane = await startIdentityPlane();
  try {
    say(`${agents} join tokens and attestations, ${AT_ONCE} at once`);
    const tokens = await all(agents, () => plane.joinToken('a'));
    const { seconds } = await timed(() => all(agents, (at) => attestOnce(plane, tokens[at] ?? '')));
    const rows: BenchRow[] = [
      {
        what: 'attestations by join token a second, certificate included',
        unit: '/s',
        ours: agents / seconds,
      },
    ];
    say(`a new root for ${agents} connected agents`);
    rows.push(...(await rotation(plane, agents)));
    return { rows, notes: NOTES };
  } finally {
    await plane.remove();
  }
};

const NOTES = [
  'each attestation makes a key and a signing request, opens a TLS connection, and ends when the certificate is in the store and at the client. Clients and control plane share the machine.',
  'a rotation has two steps of at least 10 s each; agents spread their renewals over one second per 50 certificates.',
];

async function attestOnce(plane: IdentityPlane, token: string): Promise<void> {
  const { request } = await makeSigningRequest();
  const hello = {
    nodeId: NODE,
    signingRequest: request,
    methods: ['join token'] as const,
    agentVersion: '0',
  };
  await attest(plane.ads(), { ca: plane.ca }, hello, async () => ({ method: 'join token', token }));
}

async function rotation(plane: IdentityPlane, count: number): Promise<readonly BenchRow[]> {
  const state = async () => (await plane.call('GET', '/daybreak/v1/identity')) as AuthorityState;
  // The certificates of the attestations have no agent that would renew them.
  await plane.call('POST', '/daybreak/v1/identity/revoke', { node: NODE });
  const agents: TestAgent[] = [];
  try {
    await all(count, async () => {
      agents.push(await startTestAgent(plane, { node: NODE, token: await plane.joinToken('a') }));
    });
    while (!agents.every((agent) => agent.isConnected())) await sleep(100);
    const { seconds } = await timed(async () => {
      await plane.call('POST', '/daybreak/v1/identity/rotate', { what: 'root' });
      while ((await state()).rotation !== null) await sleep(200);
    });
    return [{ what: `a new root for ${count} agents`, unit: 's', ours: seconds }];
  } finally {
    for (const agent of agents) agent.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<{ readonly seconds: number }> {
  const begun = performance.now();
  await work();
  return { seconds: (performance.now() - begun) / 1000 };
}

/** Runs work as often as that, some at once. Returns the results in their order. */
async function all<T>(count: number, work: (at: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) {
        const at = next;
        next += 1;
        results[at] = await work(at);
      }
    }),
  );
  return results;
}
