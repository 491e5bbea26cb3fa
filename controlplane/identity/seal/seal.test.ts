import { expect, it } from 'vitest';
import { readSealingKey, sealingKeyFrom, sealNothing, sealWith } from './seal.ts';

const KEY = Buffer.alloc(32, 1);
const PLAIN = new Uint8Array([1, 2, 3]);

it('opens sealed bytes with the same key and purpose, and never seals twice the same', async () => {
  const sealer = await sealWith(KEY);
  const sealed = await sealer.seal(PLAIN, 'p');
  expect(await (await sealWith(KEY)).open(sealed, 'p')).toEqual(PLAIN);
  expect(await sealer.seal(PLAIN, 'p')).not.toBe(sealed);
  expect(sealed.startsWith(`${sealer.keyId}.`)).toBe(true);
  expect(sealed).not.toContain(KEY.toString('base64url').slice(0, 10));
});

it('refuses another purpose, and any changed character', async () => {
  const sealer = await sealWith(KEY);
  const sealed = await sealer.seal(PLAIN, 'p');
  await expect(sealer.open(sealed, 'q')).rejects.toMatchObject({ code: 'AUTHORITY_DAMAGED' });
  const [by = '', iv = '', text = ''] = sealed.split('.');
  const changed = (part: string): string => (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
  for (const bad of [[by, changed(iv), text], [by, iv, changed(text)], [by, iv, ''], [by, '', text], [by]])
    await expect(sealer.open(bad.join('.'), 'p')).rejects.toMatchObject({ code: 'AUTHORITY_DAMAGED' });
});

it('names the key that sealed the bytes if it is another, and shows neither key', async () => {
  const other = await sealWith(Buffer.alloc(32, 2));
  const sealed = await other.seal(PLAIN, 'p');
  const sealer = await sealWith(KEY);
  await expect(sealer.open(sealed, 'p')).rejects.toMatchObject({
    code: 'CA_KEY_UNUSABLE',
    message: expect.stringMatching(`${other.keyId}.*${sealer.keyId}`) as string,
  });
  await expect(sealNothing().open(sealed, 'p')).rejects.toMatchObject({ code: 'CA_KEY_UNUSABLE' });
  await expect(sealer.open(await sealNothing().seal(PLAIN, 'p'), 'p')).rejects.toMatchObject({
    code: 'CA_KEY_UNUSABLE',
  });
});

it('without a key, keeps the bytes in the clear', async () => {
  const sealer = sealNothing();
  expect(await sealer.open(await sealer.seal(PLAIN, 'p'), 'p')).toEqual(PLAIN);
});

it('reads a key of 32 bytes in base64, with white space around it, and no other', () => {
  expect(readSealingKey('--ca-key', Buffer.from(`\n${KEY.toString('base64')}\n`))).toEqual(KEY);
  for (const bad of ['', 'short', KEY.toString('hex'), Buffer.alloc(33).toString('base64')]) {
    expect(() => readSealingKey('--ca-key', Buffer.from(bad))).toThrow(
      /^--ca-key: .*32 random bytes in base64/,
    );
  }
});

it('a file that cannot be read is named with its flag: the error had neither', () => {
  expect(() => sealingKeyFrom({ kind: 'file', setting: '--ca-key', path: '/no/ca.key' })).toThrow(
    '--ca-key: /no/ca.key cannot be read: ENOENT',
  );
});
