// Compares the rules of authorization with a running Envoy, for random access policies, requests and connections:
// `node test/long/random/random-access.ts --runs 10000`. Needs DAYBREAK_ENVOY or --envoy.
import { parseArgs } from 'node:util';
import { FOREIGN, idOf } from '../../../controlplane/mesh/access/testing/any-access.ts';
import { differences } from '../../../controlplane/translate/access/testing/differences.ts';
import { makeCertificates } from '../../../controlplane/translate/access/testing/test-certificates.ts';
import { envoyOf } from '../../../controlplane/translate/testing/real-envoy.ts';

/** The policies of one Envoy, and the requests for each. */
const BATCH = { policies: 25, arrivals: 40 } as const;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    envoy: { type: 'string' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const binary = values.envoy ?? envoyOf('DAYBREAK_ENVOY');
const certificates = await makeCertificates([idOf('a'), idOf('c'), idOf('x'), FOREIGN]);

process.stdout.write(`${runs} requests, seed ${seed}, ${binary}\n`);
for (let done = 0; done < runs && process.exitCode === undefined; done += BATCH.policies * BATCH.arrivals) {
  const found = await differences(binary, certificates, { ...BATCH, seed: seed + done });
  process.stdout.write(`${done + BATCH.policies * BATCH.arrivals} requests, ${found.length} differences\n`);
  if (found.length === 0) continue;
  process.stdout.write(`${found.join('\n')}\n`);
  process.exitCode = 1;
}
