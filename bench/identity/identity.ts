// The cost of identities: certificates and attestations a second, and the time that a new root takes.
import { setTimeout as sleep } from 'node:timers/promises';
import { attest } from '../../agent/identity/attest.ts';
import { makeSigningRequest } from '../../agent/identity/signing-request.ts';
import type { AuthorityState } from '../../controlplane/identity/authority/describe-authority.ts';
import { startIdentityPlane, type IdentityPlane } from '../../test/identity/testing/identity-plane.ts';
import { startTestAgent, type TestAgent } from '../../test/identity/testing/test-agent.ts';
import { readRounds, type BenchRow, type RunBench } from '../figures/bench.ts';

const AT_ONCE = 16;
/** Agents of one virtual node: fewer than the burst of attempts that one node has. */
const PER_NODE = 100;
/** The longest wait for all agents, in milliseconds. */
const LIMIT_MS = 30 * 60_000;
/** Lines of progress are this far apart, in milliseconds. */
const SAY_EVERY_MS = 5000;

type Say = Parameters<RunBench>[0]['say'];

/** `traffic`: see identity/traffic.ts. Else measures with as many agents as the argument says (default 200), which all attest, and then get a new root. */
export const run: RunBench = async ({ args: [wanted = '200', ...more], say }) => {
  if (wanted === 'traffic') return (await import('./traffic.ts')).run({ args: more, say });
  const agents = readRounds(wanted, 5000);
  const plane = await startIdentityPlane();
  try {
    const nodes = Array.from({ length: Math.ceil(agents / PER_NODE) }, (_, at) => `n${at}`);
    for (const virtualNodeName of nodes)
      await plane.call('PUT', '/v20190125/meshes/m/virtualNodes', { virtualNodeName, spec: {} });
    const nodeOf = (at: number): string => nodes[at % nodes.length] ?? '';
    say(`${agents} join tokens, and attestations of ${nodes.length} virtual nodes, ${AT_ONCE} at once`);
    const tokens = await all(agents, (at) => plane.joinToken(nodeOf(at)));
    const { seconds } = await timed(() =>
      all(agents, (at) => attestOnce(plane, nodeOf(at), tokens[at] ?? ''), progressOf('attested', say)),
    );
    const rows: BenchRow[] = [
      {
        what: 'attestations by join token a second, certificate included',
        unit: '/s',
        ours: agents / seconds,
      },
    ];
    // The certificates of the attestations have no agent that would renew them.
    for (const node of nodes)
      await plane.call('POST', '/daybreak/v1/identity/revoke', { node: `mesh/m/virtualNode/${node}` });
    rows.push(...(await rotation(plane, agents, nodeOf, say)));
    return { rows, notes: NOTES };
  } finally {
    await plane.remove();
  }
};

const NOTES = [
  'each attestation makes a key and a signing request, opens a TLS connection, and ends when the certificate is in the store and at the client. Clients and control plane share the machine.',
  'a rotation has two steps of at least 10 s each; agents spread their renewals over one second per 50 certificates. An agent is its identity, its ADS stream and its channel, without an Envoy; all of them are in one process.',
];

async function attestOnce(plane: IdentityPlane, node: string, token: string): Promise<void> {
  const { request } = await makeSigningRequest();
  const hello = {
    nodeId: `mesh/m/virtualNode/${node}`,
    signingRequest: request,
    methods: ['join token'] as const,
    agentVersion: '0',
  };
  await attest(plane.ads(), { ca: plane.ca }, hello, async () => ({ method: 'join token', token }));
}

async function rotation(
  plane: IdentityPlane,
  count: number,
  nodeOf: (at: number) => string,
  say: Say,
): Promise<readonly BenchRow[]> {
  const state = async () => (await plane.call('GET', '/daybreak/v1/identity')) as AuthorityState;
  const agents: TestAgent[] = [];
  try {
    const connect = async (at: number): Promise<void> => {
      const [node, token] = [nodeOf(at), await plane.joinToken(nodeOf(at))];
      agents.push(await startTestAgent(plane, { node: `mesh/m/virtualNode/${node}`, token }));
    };
    const connecting = await timed(async () => {
      await all(count, connect, progressOf('started', say));
      await untilTrue(async () => {
        const connected = agents.filter((agent) => agent.isConnected()).length;
        return [connected === count, `${connected} of ${count} agents are connected`];
      }, say);
    });
    say(`a new root for ${count} connected agents`);
    const begun = (await state()).generation;
    const rotating = await timed(async () => {
      await plane.call('POST', '/daybreak/v1/identity/rotate', { what: 'root' });
      await untilTrue(async () => {
        const { rotation: now, generation } = await state();
        return [now === null && generation > begun, `${now?.step}: ${now?.missing} certificates are missing`];
      }, say);
    });
    return [
      { what: `${count} agents attest and open their streams`, unit: 's', ours: connecting.seconds },
      { what: `a new root for ${count} agents`, unit: 's', ours: rotating.seconds },
    ];
  } finally {
    for (const agent of agents) agent.close();
  }
}

/** Polls until the first member is true; the second one is a line of progress. @throws Error after the limit */
async function untilTrue(look: () => Promise<readonly [boolean, string]>, say: Say): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  let said = Date.now();
  for (;;) {
    const [isDone, line] = await look();
    if (isDone) return;
    if (Date.now() > end) throw new Error(`not within ${LIMIT_MS / 60_000} minutes: ${line}`);
    if (Date.now() - said > SAY_EVERY_MS) {
      said = Date.now();
      say(line);
    }
    await sleep(200);
  }
}

/** Says now and then how many of all are done. */
function progressOf(what: string, say: Say): (done: number, count: number) => void {
  let said = Date.now();
  return (done, count) => {
    if (Date.now() - said < SAY_EVERY_MS) return;
    said = Date.now();
    say(`${done} of ${count} agents have ${what}`);
  };
}

async function timed(work: () => Promise<unknown>): Promise<{ readonly seconds: number }> {
  const begun = performance.now();
  await work();
  return { seconds: (performance.now() - begun) / 1000 };
}

/** Runs work as often as that, some at once. Returns the results in their order. */
async function all<T>(
  count: number,
  work: (at: number) => Promise<T>,
  onDone: (done: number, count: number) => void = () => undefined,
): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) {
        const at = next;
        next += 1;
        results[at] = await work(at);
        onDone((done += 1), count);
      }
    }),
  );
  return results;
}
