import { expect, test } from 'vitest';
import { fileSecretName, parseFileSecretName, type FileSecret } from './file-secret-name.ts';

const SECRETS: readonly (readonly [FileSecret, string])[] = [
  [{ kind: 'trust', chain: '/keys/ca.pem' }, 'file:/keys/ca.pem'],
  [
    { kind: 'certificate', chain: '/keys/chain.pem', privateKey: '/keys/key.pem' },
    'file:/keys/chain.pem;/keys/key.pem',
  ],
  [{ kind: 'certificate', chain: '/100%/a;b:c', privateKey: 'é €' }, 'file:/100%25/a%3Bb:c;é €'],
];

test.each(SECRETS)('converts %j to %s and back', (secret, name) => {
  expect(fileSecretName(secret)).toBe(name);
  expect(parseFileSecretName(name)).toEqual(secret);
});

test.each([
  '',
  'default',
  'file:',
  'file:;/key',
  'file:/chain;',
  'file:/a;/b;/c',
  'file:/a%2',
])('%j is not the name of a file secret', (name) => {
  expect(parseFileSecretName(name)).toBeUndefined();
});
