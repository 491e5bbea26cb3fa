// Compares `daybreak explain` with a running Envoy, for random meshes and requests. `node test/long/random/random-requests.ts --runs 100000`. Needs
// DAYBREAK_ENVOY or --envoy; --release is that Envoy's release.
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { releaseOf } from '../../../controlplane/explain/release.ts';
import { anyGateway, anySidecar, type Scene } from '../../../controlplane/explain/testing/any-scene.ts';
import { startDifferential } from '../../../controlplane/explain/testing/differential.ts';
import { envoyOf } from '../../../controlplane/translate/testing/real-envoy.ts';

/** The number of scenes that are generated at a time. */
const BATCH = 500;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    envoy: { type: 'string' },
    release: { type: 'string', default: '1.40.0' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const binary = values.envoy ?? envoyOf('DAYBREAK_ENVOY');
const release = releaseOf(values.release);
if (release === undefined) throw new Error(`--release ${values.release}: it has to be a number like 1.40.0`);

process.stdout.write(`${runs} scenes, seed ${seed}, ${binary} as ${release.version}\n`);
const differential = await startDifferential(binary, release);
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  await differential.close();
}

async function main(): Promise<boolean> {
  const begin = performance.now();
  for (let taken = 0; taken < runs; taken += BATCH) {
    const numRuns = Math.min(BATCH, runs - taken);
    const scenes = fc.oneof(anySidecar, anyGateway);
    const found = await fc.check(fc.asyncProperty(scenes, holds), { numRuns, seed: seed + taken });
    if (found.failed) {
      process.stdout.write(`${fc.defaultReportMessage(found)}\n`);
      return false;
    }
    const each = Math.round((performance.now() - begin) / (taken + numRuns));
    process.stdout.write(`${taken + numRuns} scenes, ${each} ms each\n`);
  }
  return true;
}

async function holds(scene: Scene): Promise<void> {
  const differences = await differential.differences(scene);
  if (differences.length > 0) throw new Error(JSON.stringify(differences, undefined, 2));
}
