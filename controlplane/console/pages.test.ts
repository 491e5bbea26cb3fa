import { afterEach, beforeEach, expect, it } from 'vitest';
import { pathAfter, startConsole, type TestConsole } from './testing/test-console.ts';

let test: TestConsole;
beforeEach(async () => {
  test = await startConsole();
});
afterEach(() => test.close());

it('the pages load nothing from elsewhere and are framed by no other page', async () => {
  const answer = await test.send({ method: 'GET', url: '/console/' });
  expect(answer.text).toContain('<title>Daybreak</title>');
  expect(answer.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': expect.stringMatching(/^default-src 'self';.*frame-ancestors 'none'/),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  });
});

it('the pages are opened by a browser at / and at /console, also behind a proxy that adds a path: / was 404', async () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  for (const [url, status] of [
    ['/', 303],
    ['/console', 308],
  ] as const) {
    const answer = await test.send({ method: 'GET', url, headers: html });
    expect([answer.status, pathAfter(url, answer)]).toEqual([status, '/console/']);
    expect(pathAfter(`/daybreak${url}`, answer)).toBe('/daybreak/console/');
  }
});

it('the pages change nothing for a client of the API that asks for /', async () => {
  const none = await test.send({ method: 'GET', url: '/no-such-path' });
  for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
    const answer = await test.send({ method: 'GET', url: '/', headers });
    expect([answer.status, answer.error]).toEqual([404, none.error]);
    expect(answer.json['message']).toBe('There is no operation at GET /.');
  }
});

it.each([
  '/',
  '/console',
  '/console/',
  '/console/assets/main-ABCDEFGH.js',
  '/console/none.js',
])('the pages answer HEAD %s as GET, without the body: it was 404', async (url) => {
  const headers = { accept: url.endsWith('.js') ? '*/*' : 'text/html' };
  const [head, get] = await Promise.all(
    (['HEAD', 'GET'] as const).map((method) => test.send({ method, url, headers })),
  );
  const shown = ['location', 'content-type', 'content-length', 'cache-control', 'content-security-policy'];
  const facts = (answer: typeof get) => [answer?.status, ...shown.map((name) => answer?.headers[name])];
  expect(facts(head)).toEqual(facts(get));
  expect(head?.text).toBe('');
});

it('pages with a hash in their name are kept by browsers', async () => {
  const { headers } = await test.send({ method: 'GET', url: '/console/assets/main-ABCDEFGH.js' });
  expect(headers).toMatchObject({
    'content-type': 'application/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  });
});

it('the pages are where any path below leads a browser: below a folder, the page did not find its files', async () => {
  const html = { accept: 'text/html' };
  for (const url of ['/console/mesh', '/console/mesh/colors?a=/b', '/console/mesh/colors/', '/console//x']) {
    const answer = await test.send({ method: 'GET', url, headers: html });
    expect([url, answer.status, pathAfter(url, answer)]).toEqual([url, 303, '/console/']);
  }
});

it('the pages cover no file outside of their folder', async () => {
  for (const path of ['none.js', '../../etc/passwd', '%2e%2e/%2e%2e/etc/passwd', '..%2f..%2fetc%2fpasswd']) {
    const answer = await test.send({ method: 'GET', url: `/console/${path}` });
    expect([answer.status, answer.text.includes('root:')]).toEqual([404, false]);
  }
});
