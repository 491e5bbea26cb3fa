import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DOCUMENT, OWNER, secretOf, signed } from '../auth/testing/signed-requests.ts';
import { TOKEN_HEADER } from './contract.ts';
import { cookieIn, pathAfter, startConsole, type TestConsole } from './testing/test-console.ts';

const MESHES = '/v20190125/meshes';
const makeMesh = { method: 'PUT', url: MESHES, payload: { meshName: 'colors' } } as const;
const SESSION = '/console/session';

let test: TestConsole;
beforeEach(async () => {
  test = await startConsole();
});
afterEach(() => test.close());

const attempt = (payload: object) => test.send({ method: 'POST', url: SESSION, payload });

describe('signing in', () => {
  it('begins a session of the user, with a cookie that scripts cannot read and other sites cannot send', async () => {
    const { session } = await test.signIn('AKADMIN');
    expect(session).toMatchObject({
      state: 'signed in',
      user: { name: 'admin', account: OWNER },
      readOnly: false,
      idleSeconds: 3600,
    });
    expect(session.actions['appmesh:UpdateRoute']).toBe('all');
    const answer = await attempt({ accessKeyId: 'AKADMIN', secretAccessKey: secretOf('AKADMIN') });
    expect(answer.headers['set-cookie']).toMatch(
      /^daybreak-session=[\w-]{43}; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    );
    expect(test.audited).toMatchObject([
      { eventName: 'ConsoleLogin', userIdentity: { userName: 'admin' } },
      { eventName: 'ConsoleLogin' },
    ]);
  });

  it('is refused with another secret, an unknown key, or a missing session token, with the same words', async () => {
    for (const payload of [
      { accessKeyId: 'AKADMIN', secretAccessKey: 'wrong' },
      { accessKeyId: 'AKNONE', secretAccessKey: secretOf('AKADMIN') },
      { accessKeyId: 'ASVISITOR', secretAccessKey: secretOf('ASVISITOR') },
    ]) {
      const answer = await attempt(payload);
      expect([answer.status, answer.error]).toEqual([403, 'UnrecognizedClientException']);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('with a temporary key ends with that key', async () => {
    const payload = {
      accessKeyId: 'ASVISITOR',
      secretAccessKey: secretOf('ASVISITOR'),
      sessionToken: 'token',
    };
    const answer = await attempt(payload);
    expect(answer.json['endsAt']).toBe('2023-11-15T00:00:00.000Z');
    test.api.clock.now = Date.parse('2023-11-15T00:00:00Z');
    const cookie = cookieIn(answer);
    expect((await test.send({ method: 'GET', url: MESHES, headers: { cookie } })).error).toBe(
      'ExpiredTokenException',
    );
  });

  it('is refused for a minute after five failures of an address, also with the right secret', async () => {
    const right = { accessKeyId: 'AKADMIN', secretAccessKey: secretOf('AKADMIN') };
    for (let failure = 0; failure < 5; failure += 1) await attempt({ ...right, secretAccessKey: 'wrong' });
    const sixth = await attempt(right);
    expect([sixth.status, sixth.headers['retry-after']]).toEqual([429, '60']);
    // The clock of the machine may jump; the minute is one of a clock that does not.
    test.api.clock.now += 3_600_000;
    expect((await attempt(right)).status).toBe(429);
    test.clock.monotonic += 60_000;
    expect((await attempt(right)).status).toBe(200);
  });

  it('from a page of another site is refused', async () => {
    const payload = { accessKeyId: 'AKADMIN', secretAccessKey: secretOf('AKADMIN') };
    const headers = { origin: 'https://evil.example' };
    expect((await test.send({ method: 'POST', url: SESSION, payload, headers })).status).toBe(403);
  });
});

describe('a session', () => {
  it('makes calls as its user, and the audit says that the console made them', async () => {
    const browser = await test.signIn('AKADMIN');
    expect((await browser.send(makeMesh)).status).toBe(200);
    expect((await browser.send({ method: 'GET', url: MESHES })).json['meshes']).toHaveLength(1);
    expect(test.audited.at(-1)).toMatchObject({
      eventName: 'CreateMesh',
      userIdentity: { userName: 'admin', accessKeyId: 'AKADMIN' },
      additionalEventData: { source: 'console' },
    });
  });

  it('of a user who only reads is read-only, and a forged write of that user is 403', async () => {
    const browser = await test.signIn('AKREADER');
    expect(browser.session.readOnly).toBe(true);
    expect((await browser.send({ method: 'GET', url: MESHES })).status).toBe(200);
    const forged = await browser.send(makeMesh);
    expect([forged.status, forged.error]).toEqual([403, 'AccessDeniedException']);
    expect(test.audited.at(-1)).toMatchObject({
      errorCode: 'AccessDeniedException',
      userIdentity: { userName: 'reader' },
    });
  });

  it('cannot write without the token of its page', async () => {
    const { cookie } = await test.signIn('AKADMIN');
    const other = await test.signIn('AKADMIN');
    for (const token of [{}, { [TOKEN_HEADER]: '' }, { [TOKEN_HEADER]: other.session.token }]) {
      const answer = await test.send({ ...makeMesh, headers: { cookie, ...token } });
      expect([answer.status, answer.error]).toEqual([403, 'ForbiddenException']);
    }
    expect(test.api.live.model.revision).toBe(0);
  });

  it.each([
    ['of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['of another port of this host', { 'sec-fetch-site': 'same-site' }],
    ['that has no origin', { origin: 'null' }],
  ])('cannot be used by a page %s, not even to read', async (_, headers) => {
    const browser = await test.signIn('AKADMIN');
    for (const request of [makeMesh, { method: 'GET', url: MESHES } as const]) {
      expect((await browser.send({ ...request, headers })).status).toBe(403);
    }
    expect((await browser.send({ method: 'GET', url: SESSION, headers })).status).toBe(403);
  });

  it('cannot be used under the name of another host (DNS rebinding), nor are the pages served there', async () => {
    const browser = await test.signIn('AKADMIN');
    const headers = { host: 'evil.example:8080' };
    for (const url of [MESHES, SESSION, '/console/', '/console/assets/main-ABCDEFGH.js']) {
      expect((await browser.send({ method: 'GET', url, headers })).status).toBe(421);
    }
  });

  it('ends after an hour without a request, and after eight hours in any case', async () => {
    const idle = await test.signIn('AKADMIN');
    const busy = await test.signIn('AKADMIN');
    const status = async (browser: typeof idle) =>
      (await browser.send({ method: 'GET', url: MESHES })).status;
    for (let half = 1; half < 16; half += 1) {
      test.clock.monotonic += 1_800_000;
      expect(await status(busy)).toBe(200);
    }
    expect(await status(idle)).toBe(403);
    test.clock.monotonic += 1_800_000;
    expect(await status(busy)).toBe(403);
    const answer = await busy.send({ method: 'GET', url: SESSION });
    expect(answer.json).toEqual({ state: 'signed out', mayStart: true });
  });

  it('neither lasts longer nor ends earlier if the clock of the machine jumps', async () => {
    const browser = await test.signIn('AKADMIN');
    for (const jump of [-86_400_000, 7 * 86_400_000]) {
      test.api.clock.now += jump;
      expect((await browser.send({ method: 'GET', url: MESHES })).status).toBe(200);
    }
  });

  it('ends when its key is withdrawn, or gets another secret, and follows the policies of its user', async () => {
    const browser = await test.signIn('AKADMIN');
    const [owner, ...others] = DOCUMENT.accounts;
    const users = owner?.users ?? [];
    const withUsers = (changed: typeof users) => ({
      accounts: [{ ...owner, id: OWNER, users: changed }, ...others],
    });
    test.setCredentials(withUsers(users.map((user) => ({ ...user, policies: [] }))));
    expect((await browser.send({ method: 'GET', url: MESHES })).error).toBe('AccessDeniedException');
    const rotated = [{ accessKeyId: 'AKADMIN', secretAccessKey: 'another-secret-1234567890' }];
    test.setCredentials(
      withUsers(users.map((user) => (user.name === 'admin' ? { ...user, accessKeys: rotated } : user))),
    );
    expect((await browser.send({ method: 'GET', url: MESHES })).error).toBe('ExpiredTokenException');
    const second = await test.signIn('AKREADER');
    test.setCredentials(withUsers(users.filter(({ name }) => name !== 'reader')));
    expect((await second.send({ method: 'GET', url: MESHES })).error).toBe('ExpiredTokenException');
  });

  it('ends when its user signs out', async () => {
    const browser = await test.signIn('AKADMIN');
    const answer = await browser.send({ method: 'DELETE', url: SESSION });
    expect(answer.headers['set-cookie']).toContain('Max-Age=0');
    expect((await browser.send({ method: 'GET', url: MESHES })).status).toBe(403);
  });

  it('says what its user may do on one resource', async () => {
    const browser = await test.signIn('AKCAREFUL');
    expect(browser.session.actions).toMatchObject({
      'appmesh:UpdateRoute': 'some',
      'appmesh:DeleteRoute': 'none',
      'daybreak:GetStatus': 'none',
    });
    const ask = (mesh: string) => {
      const resource = encodeURIComponent(`arn:aws:appmesh:eu-west-1:${OWNER}:mesh/${mesh}`);
      return browser.send({ method: 'GET', url: `/console/permissions?resource=${resource}` });
    };
    expect((await ask('shared')).json['actions']).toMatchObject({ 'appmesh:UpdateMesh': true });
    expect((await ask('other')).json['actions']).toMatchObject({ 'appmesh:UpdateMesh': false });
  });
});

describe('a link', () => {
  const make = async (accessKeyId = 'AKADMIN') => {
    const { headers } = await signed(
      { method: 'POST', path: '/console/links' },
      { accessKeyId, at: test.api.clock.now },
    );
    return test.send({ method: 'POST', url: '/console/links', headers: headers as Record<string, string> });
  };
  const follow = (path: unknown, headers = {}) => test.send({ method: 'GET', url: String(path), headers });

  it('signs in once, and leads to the console', async () => {
    const { path, expiresAt } = (await make('AKREADER')).json;
    expect(expiresAt).toBe(new Date(test.api.clock.now + 60_000).toISOString());
    // A browser that fetches ahead does not use it up.
    expect((await follow(path, { 'sec-purpose': 'prefetch;prerender' })).status).toBe(503);
    const answer = await follow(path);
    expect([answer.status, pathAfter(path, answer)]).toEqual([303, '/console/']);
    const cookie = cookieIn(answer);
    const session = await test.send({ method: 'GET', url: SESSION, headers: { cookie } });
    expect(session.json).toMatchObject({ state: 'signed in', user: { name: 'reader' } });
    const again = await follow(path);
    expect([again.status, again.headers['set-cookie']]).toEqual([403, undefined]);
    expect(again.json['message']).toContain('daybreak console');
  });

  it('does not work after a minute, or with another code', async () => {
    const { path } = (await make()).json;
    test.clock.monotonic += 60_000;
    expect((await follow(path)).status).toBe(403);
    expect((await follow(`/console/link/${'A'.repeat(43)}`)).status).toBe(403);
  });

  it('needs a signature: a session cannot make one and so prolong itself', async () => {
    const browser = await test.signIn('AKADMIN');
    expect((await browser.send({ method: 'POST', url: '/console/links' })).status).toBe(403);
    expect((await test.send({ method: 'POST', url: '/console/links' })).status).toBe(403);
  });
});

it('without credentials the console writes as the API does, and says so', async () => {
  await test.close();
  test = await startConsole('none');
  const session = await test.send({ method: 'GET', url: SESSION });
  expect(session.json).toMatchObject({ state: 'open', account: OWNER, token: '', readOnly: false });
  const headers = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:80' };
  expect((await test.send({ ...makeMesh, headers })).status).toBe(200);
  expect(test.audited.at(-1)).toMatchObject({ additionalEventData: { source: 'console' } });
  const link = await test.send({ method: 'POST', url: '/console/links' });
  expect(link.json).toEqual({ path: '/console/' });
});
