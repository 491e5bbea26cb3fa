// The cost of identities: certificates and attestations a second, and the time that a new root takes.
import { startIdentityPlane } from '../../test/identity/testing/identity-plane.ts';
import { readRounds, type BenchRow, type RunBench } from '../figures/bench.ts';
import { followCost, type Cost } from './cost.ts';
import { openFleet } from './fleet.ts';
import { replaceRoot } from './new-root.ts';

/**
 * `traffic`: see traffic.ts. `overload`: see overload.ts. Else measures with as many agents as the argument says (default 200), which
 * attest, connect, and get a new root.
 */
export const run: RunBench = async ({ args: [wanted = '200', ...more], say }) => {
  if (wanted === 'traffic') return (await import('./traffic.ts')).run({ args: more, say });
  if (wanted === 'overload') return (await import('./overload.ts')).runOverload({ args: more, say });
  const count = readRounds(wanted, 5000);
  const plane = await startIdentityPlane();
  try {
    const look = await followCost(plane.plane().pid);
    const costs: Cost[] = [];
    const onPhase = async (): Promise<void> => void costs.push(await look());
    const fleet = await openFleet(plane, count, { say, onPhase });
    try {
      const { tokens, attest, connect } = fleet.seconds;
      const rows: BenchRow[] = [
        { what: 'join tokens a second, by the API', unit: '/s', ours: count / tokens },
        {
          what: 'attestations by join token a second, certificate included',
          unit: '/s',
          ours: count / attest,
        },
        {
          what: 'CPU of the control plane for an attestation',
          unit: 'ms',
          ours: (costs[1]?.cpuMs ?? 0) / count,
        },
        { what: 'agents that open their streams a second', unit: '/s', ours: count / connect },
        {
          what: 'CPU of the control plane for the streams of an agent',
          unit: 'ms',
          ours: (costs[2]?.cpuMs ?? 0) / count,
        },
        {
          what: `memory of the control plane with ${count} agents`,
          unit: 'MB',
          ours: costs[2]?.residentMb ?? 0,
        },
        {
          what: 'renewals are spread over, compared with what the control plane asks for',
          unit: 'x',
          ours: fleet.stretch,
        },
      ];
      return { rows: [...rows, ...(await replaceRoot(plane, fleet.agents, say))], notes: NOTES };
    } finally {
      fleet.close();
    }
  } finally {
    await plane.remove();
  }
};

const NOTES = [
  'each attestation makes a key and a signing request, opens a TLS connection, and ends when the certificate is in the store and at the client; 16 at once. Clients and control plane share the machine.',
  'a rotation has two steps of at least 10 s each, and a third renewal; agents spread each over one second per 50 certificates, or over longer if this machine attests fewer. An agent is its identity, its ADS stream and its channel, without an Envoy; all of them are in one process.',
];
