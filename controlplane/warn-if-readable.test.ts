import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileSource } from '../common/files/source.ts';
import type { Log } from '../common/log.ts';
import { openCertificate } from './tls/open-certificate.ts';
import { makeAuthority } from './tls/testing/certificates.ts';
import { isOpenToOthers } from './warn-if-readable.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-readable-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Opens a server's certificate whose key has a mode, and returns the warnings. */
async function warningsFor(mode: number): Promise<readonly object[]> {
  const authority = await makeAuthority();
  const { cert, key } = await authority.issue({
    alternative: [{ type: 'dns', value: 'mesh.example' }],
    lifetimeMs: 30 * 86_400_000,
  });
  const path = (name: string) => join(folder, name);
  await writeFile(path('tls.crt'), cert);
  await writeFile(path('tls.key'), key);
  await chmod(path('tls.key'), mode);
  const warnings: object[] = [];
  const log = {
    warn: (fields: object, text: string) => void warnings.push({ ...fields, text }),
    info: () => undefined,
    error: () => undefined,
  };
  const sources = {
    cert: fileSource('--tls-cert', path('tls.crt')),
    key: fileSource('--tls-key', path('tls.key')),
  };
  (await openCertificate(sources, log as unknown as Log, () => undefined)).close();
  return warnings;
}

it('a key of --tls-key that every user may read is warned of, once: nothing said so', async () => {
  expect(await warningsFor(0o644)).toEqual([
    {
      code: 'FILE_READABLE',
      file: join(folder, 'tls.key'),
      mode: '644',
      text: 'other users of this machine have rights on the private key of --tls-key',
    },
  ]);
  expect(await warningsFor(0o600)).toEqual([]);
});

it.each([
  [0o100600, 1000, false],
  [0o100400, 1000, false],
  [0o100640, 1000, true],
  [0o100604, 1000, true],
  [0o100602, 1000, true],
  [0o100600, 0, false],
  [0o100640, 0, false],
  [0o100440, 0, false],
  [0o100660, 0, true],
  [0o100644, 0, true],
])('mode %o of a file of uid %i: %s', (mode, uid, isOpen) => {
  expect(isOpenToOthers({ mode, uid })).toBe(isOpen);
});
