import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Log } from '../../../common/log.ts';
import { fileSource, type Source } from '../../../common/files/source.ts';
import { openSealer } from './open-sealer.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-sealer-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Opens a sealer, and returns its warnings. */
async function warningsFor(key: Source): Promise<readonly unknown[]> {
  const warnings: unknown[] = [];
  const log = { warn: (fields: object, text: string) => void warnings.push({ ...fields, text }) };
  await openSealer(key, log as unknown as Log);
  return warnings;
}

async function keyFile(mode: number): Promise<Source> {
  const path = join(folder, 'ca.key');
  await writeFile(path, KEY);
  await chmod(path, mode);
  return fileSource('--ca-key', path);
}

test('a sealing key that every user may read is warned of: nothing said so', async () => {
  expect(await warningsFor(await keyFile(0o644))).toEqual([
    {
      code: 'FILE_READABLE',
      file: join(folder, 'ca.key'),
      mode: '644',
      text: 'other users of this machine have rights on the key that seals the keys of the authority',
    },
  ]);
});

test.each([
  ['a file of its owner', () => keyFile(0o600)],
  [
    'a variable',
    async (): Promise<Source> => ({ kind: 'text', setting: 'DAYBREAK_CA_KEY_BASE64', text: KEY }),
  ],
])('no warning for a key in %s', async (_, source) => {
  expect(await warningsFor(await source())).toEqual([]);
});
