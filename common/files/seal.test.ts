import { expect, test } from 'vitest';
import { seal, unseal } from './seal.ts';

const VALUE = { revision: 71, names: ['ü', 'a\nb'] };

test('unseal returns the sealed value', () => {
  expect(unseal(seal(VALUE))).toEqual(VALUE);
});

test('rejects a text with any changed byte or cut at any position', () => {
  const bytes = Buffer.from(seal(VALUE));
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => unseal(changed.toString())).toThrow('checksum');
    expect(() => unseal(bytes.subarray(0, at).toString())).toThrow('checksum');
  }
});
