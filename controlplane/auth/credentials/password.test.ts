import { expect, it } from 'vitest';
import { compileCredentials } from './credentials.ts';
import { DOCUMENT, NOW, REGION, secretOf } from '../testing/signed-requests.ts';
import { admitSigned } from '../verify.ts';

const credentials = compileCredentials(DOCUMENT);
const admit = (authorization: string, allowsPassword = true) =>
  admitSigned({ credentials: () => credentials, region: REGION, now: () => NOW })({
    method: 'GET',
    path: '/metrics',
    query: {},
    headers: { authorization },
    body: new Uint8Array(),
    allowsPassword,
  });
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

it('a key is accepted as a password if the route allows it', async () => {
  await expect(admit(basic(`AKADMIN:${secretOf('AKADMIN')}`))).resolves.toMatchObject({ name: 'admin' });
});

it('a key is refused as a password on other routes', async () => {
  await expect(admit(basic(`AKADMIN:${secretOf('AKADMIN')}`), false)).rejects.toMatchObject({
    code: 'IncompleteSignatureException',
  });
});

it.each([
  ['a wrong secret', 'AKADMIN:wrong'],
  ['no secret', 'AKADMIN'],
  ['an unknown key', 'AKNONE:x'],
  ['a key with a session token', `ASVISITOR:${secretOf('ASVISITOR')}`],
])('%s is refused', async (_, text) => {
  await expect(admit(basic(text))).rejects.toMatchObject({
    code: 'UnrecognizedClientException',
    status: 403,
  });
});
