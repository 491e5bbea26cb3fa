import { randomBytes } from 'node:crypto';
import { fastify } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../http/errors.ts';
import { LOGIN_PATH, loginRoute, type LoginOptions } from './route.ts';
import { createSessionKeyring } from './session-keys.ts';

const TRUST_DOMAIN = 'mesh.example';

// No rate recovers while a test runs, however long that takes.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

async function openRoute() {
  const loginOf = () => undefined;
  const app = fastify();
  app.decorateRequest('call', null as never);
  app.addHook('onRequest', async (request) => void (request.call = {} as typeof request.call));
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof ApiError ? error.status : 500).send(),
  );
  await app.register(
    loginRoute({
      signers: { loginOf } as unknown as LoginOptions['signers'],
      live: { commit: () => Promise.reject(new Error('no stranger writes')) },
      keyring: createSessionKeyring({ key: randomBytes(32), trustDomain: TRUST_DOMAIN, loginOf }),
      trustDomain: TRUST_DOMAIN,
      sts: { host: 'sts.eu-west-1.amazonaws.com', region: 'eu-west-1' } as LoginOptions['sts'],
      now: () => 0,
    }),
  );
  return (remoteAddress: string, body: object = {}) =>
    app.inject({
      method: 'POST',
      url: LOGIN_PATH,
      remoteAddress,
      headers: { 'content-type': 'application/octet-stream' },
      payload: Buffer.from(JSON.stringify(body)),
    });
}

test('a stranger who asks for challenges without end keeps no caller at another address from a login', async () => {
  const login = await openRoute();
  const codes: number[] = [];
  for (let count = 0; count < 300; count += 1) codes.push((await login('192.0.2.1')).statusCode);
  expect(new Set(codes)).toEqual(new Set([200, 429]));
  expect((await login('192.0.2.2')).json()).toMatchObject({ audience: TRUST_DOMAIN });
});

test('the addresses of one IPv6 network share a rate', async () => {
  const login = await openRoute();
  const codes: number[] = [];
  for (let count = 0; count < 150; count += 1)
    codes.push((await login(`2001:db8::${count.toString(16)}`)).statusCode);
  expect(codes.at(-1)).toBe(429);
  expect((await login('2001:db8:0:1::1')).statusCode).toBe(200);
});
