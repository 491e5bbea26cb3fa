import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../tls/testing/certificates.ts';
import { LACKING } from '../../translate/testing/features.ts';
import { envoyOf, ENVOYS } from '../../translate/testing/real-envoy.ts';
import { anyMesh } from './testing/any-mesh.ts';
import type { Files } from './testing/with-files.ts';
import { createEnvoyJudge, type EnvoyJudge } from './testing/envoy-judge.ts';
import type { Pem } from './testing/requested-secrets.ts';
import { translateMesh } from './testing/translate-mesh.ts';

// Envoy accepts every mesh that the API accepts: a running Envoy gets random meshes over ADS, one after the other, and the
// files and sockets that they name exist. It sends no NACK, and nothing stays warming. `test/long/random/random-meshes.ts` does the
// same without a time limit.

const RUNS = Number(process.env['DAYBREAK_TEST_RUNS'] ?? 200);
const LIMIT_MS = 1_800_000;

const folder = mkdtempSync(join(tmpdir(), 'any-mesh-'));
const files: Files = {
  log: '/dev/null',
  certificate: join(folder, 'cert.pem'),
  privateKey: join(folder, 'key.pem'),
};
let pem: Pem;

beforeAll(async () => {
  pem = await selfSigned();
  writeFileSync(files.certificate, pem.cert);
  writeFileSync(files.privateKey, pem.key);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(ENVOYS)('%s', (variable) => {
  let envoy: EnvoyJudge;
  beforeAll(() => {
    envoy = createEnvoyJudge(envoyOf(variable), pem);
  });
  afterAll(() => envoy?.close());

  it('accepts the configuration of any proxy of any mesh', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyMesh(files), async (any) => {
        const mesh = { ...any, features: { ...any.features, ...LACKING[variable] } };
        expect(await envoy.judge(translateMesh(mesh, pem).snapshot)).toBe('');
      }),
      // Shrinking may take very long if each attempt has to wait for Envoy.
      { numRuns: RUNS, interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: true },
    );
  });
});
