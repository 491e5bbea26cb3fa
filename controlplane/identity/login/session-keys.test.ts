import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { LoginUser } from '../../auth/credentials/credentials.ts';
import { createSessionKeyring } from './session-keys.ts';

const PRINCIPAL = 'arn:aws:iam::111122223333:role/deploy';
const CALLER = { arn: 'arn:aws:sts::111122223333:assumed-role/deploy/alice', principalArn: PRINCIPAL };
const user = (name: string): LoginUser => ({
  kind: 'user',
  account: '111122223333',
  name,
  statements: [],
  sharedMeshes: [],
});
const key = new Uint8Array(randomBytes(32));
let now = 1_700_000_000_000;
let logins = new Map([[PRINCIPAL, user('deploy')]]);
const keyring = (own = key, trustDomain = 'apps.example') =>
  createSessionKeyring({ key: own, trustDomain, loginOf: (arn) => logins.get(arn), now: () => now });

it('every control plane with the key opens a session, for an hour', async () => {
  const keys = await keyring().create(user('deploy'), CALLER);
  const opened = await keyring().open(keys.accessKeyId, keys.sessionToken);
  expect(opened).toMatchObject({
    secret: keys.secretAccessKey,
    expires: now + 3_600_000,
    user: { name: 'deploy', accessKeyId: keys.accessKeyId, awsCaller: CALLER.arn },
  });
  now += 3_600_001;
  expect(await keyring().open(keys.accessKeyId, keys.sessionToken)).toBeUndefined();
});

it.each<[string, () => void]>([
  ['the user is gone', () => (logins = new Map())],
  ['the role is another user’s', () => (logins = new Map([[PRINCIPAL, user('other')]]))],
])('a session ends when %s', async (_, change) => {
  logins = new Map([[PRINCIPAL, user('deploy')]]);
  const { accessKeyId, sessionToken } = await keyring().create(user('deploy'), CALLER);
  expect(await keyring().open(accessKeyId, sessionToken)).toBeDefined();
  change();
  expect(await keyring().open(accessKeyId, sessionToken)).toBeUndefined();
  logins = new Map([[PRINCIPAL, user('deploy')]]);
});

it('takes no token of another key, trust domain, access key or kind, and none that was changed', async () => {
  const { accessKeyId, sessionToken } = await keyring().create(user('deploy'), CALLER);
  const changed = sessionToken.replace(/.(?=.{4}$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
  expect(await keyring(new Uint8Array(32)).open(accessKeyId, sessionToken)).toBeUndefined();
  expect(await keyring(key, 'other.example').open(accessKeyId, sessionToken)).toBeUndefined();
  expect(await keyring().open(`${accessKeyId}0`, sessionToken)).toBeUndefined();
  expect(await keyring().open(accessKeyId, changed)).toBeUndefined();
  expect(await keyring().open(accessKeyId, await keyring().challenge())).toBeUndefined();
  expect(await keyring().openChallenge(sessionToken)).toBeUndefined();
});

it('a challenge holds for a minute', async () => {
  const text = await keyring().challenge();
  expect((await keyring().openChallenge(text))?.id).toMatch(/^[0-9a-f]{32}$/);
  now += 61_000;
  expect(await keyring().openChallenge(text)).toBeUndefined();
});
