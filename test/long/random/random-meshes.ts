// Sends random meshes that the API accepts to a running Envoy over ADS, and checks that it accepts every resource and that nothing stays warming.
// `node test/long/random/random-meshes.ts --runs 100000`. Needs root, and DAYBREAK_ENVOY or --envoy.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { anyMesh } from '../../../controlplane/api/properties/testing/any-mesh.ts';
import { createEnvoyJudge } from '../../../controlplane/api/properties/testing/envoy-judge.ts';
import { translateMesh } from '../../../controlplane/api/properties/testing/translate-mesh.ts';
import { selfSigned } from '../../../controlplane/tls/testing/certificates.ts';
import { envoyOf } from '../../../controlplane/translate/testing/real-envoy.ts';

/** The number of meshes that are generated at a time. */
const BATCH = 100;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    envoy: { type: 'string' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const binary = values.envoy ?? envoyOf('DAYBREAK_ENVOY');

process.stdout.write(`${runs} meshes, seed ${seed}, ${binary}\n`);
process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'random-meshes-'));
  const files = {
    log: '/dev/null',
    certificate: join(folder, 'cert.pem'),
    privateKey: join(folder, 'key.pem'),
  };
  const pem = await selfSigned();
  await writeFile(files.certificate, pem.cert);
  await writeFile(files.privateKey, pem.key);
  const envoy = createEnvoyJudge(binary, pem);
  const begin = performance.now();
  try {
    for (let taken = 0; taken < runs; taken += BATCH) {
      const numRuns = Math.min(BATCH, runs - taken);
      const property = fc.asyncProperty(anyMesh(files), async (mesh) => {
        const verdict = await envoy.judge(translateMesh(mesh, pem).snapshot);
        if (verdict !== '') throw new Error(verdict);
      });
      const found = await fc.check(property, { numRuns, seed: seed + taken });
      if (found.failed) {
        process.stdout.write(`${fc.defaultReportMessage(found)}\n${String(found.errorInstance)}\n`);
        return false;
      }
      const each = Math.round((performance.now() - begin) / (taken + numRuns));
      process.stdout.write(`${taken + numRuns} meshes, ${each} ms each\n`);
    }
    return true;
  } finally {
    await envoy.close();
    await rm(folder, { recursive: true, force: true });
  }
}
