import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TOKEN_HEADER } from '../../controlplane/console/contract.ts';
import { call, onSessionEnd, onTokenRefused, useToken } from './call.ts';

afterEach(() => void vi.unstubAllGlobals());

function answering(text: string, status = 200): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(status === 204 ? null : text, { status })));
}

test('a page of a proxy in the place of an answer is no answer of the control plane; the page of the console broke on it', async () => {
  answering('<!doctype html><title>Sign in</title>');
  await expect(call('/console/session')).rejects.toMatchObject({ code: 'away', status: 0 });
});

test('an answer without a body is one', async () => {
  answering('', 204);
  expect(await call('/console/session')).toBeUndefined();
});

test.each([
  502, 503, 504,
])('%i of a proxy means that the control plane is away: the page stayed at an error after a restart', async (status) => {
  answering('<h1>Bad Gateway</h1>', status);
  await expect(call('/status')).rejects.toMatchObject({ code: 'away', status });
});

test("the control plane's own 503 has its code", async () => {
  const headers = { 'x-amzn-errortype': 'ServiceUnavailableException' };
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"message":"busy"}', { status: 503, headers })));
  await expect(call('/status')).rejects.toMatchObject({
    code: 'ServiceUnavailableException',
    message: 'busy',
  });
});

test.each([
  'ExpiredTokenException',
  'MissingAuthenticationTokenException',
])('%s ends the session on the page: without the cookie, after 8 hours, the page stayed as it was', async (code) => {
  const ended = vi.fn<() => void>();
  onSessionEnd(ended);
  const headers = { 'x-amzn-errortype': code };
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"message":"no"}', { status: 403, headers })));
  await expect(call('/status')).rejects.toMatchObject({ code });
  expect(ended).toHaveBeenCalledTimes(1);
  await expect(call('/console/session')).rejects.toMatchObject({ code });
  expect(ended).toHaveBeenCalledTimes(1);
});

describe('a write whose token is that of an earlier session of the browser', () => {
  let sent: unknown[];
  let isEnough: (token: unknown) => boolean;
  beforeEach(() => {
    sent = [];
    isEnough = (token) => token === 'new';
    vi.stubGlobal('fetch', (_: string, { headers }: { headers: Record<string, string> }) => {
      const token = headers[TOKEN_HEADER];
      sent.push(token);
      const refused = { status: 403, headers: { 'x-amzn-errortype': 'ForbiddenException' } };
      return Promise.resolve(
        isEnough(token) ? new Response('{}') : new Response('{"message":"no"}', refused),
      );
    });
    useToken('old');
  });
  afterEach(() => {
    useToken('');
    onTokenRefused(() => Promise.resolve());
  });

  test('reads the new token and is sent again: it was refused until the page was loaded anew', async () => {
    onTokenRefused(async () => useToken('new'));
    expect(await call('/status', { method: 'PUT', body: {} })).toEqual({});
    expect(sent).toEqual(['old', 'new']);
  });

  test('is refused if the session is the same, or refuses the new token as well', async () => {
    await expect(call('/status', { method: 'PUT', body: {} })).rejects.toMatchObject({ status: 403 });
    expect(sent).toEqual(['old']);
    onTokenRefused(async () => useToken('new'));
    isEnough = () => false;
    await expect(call('/status', { method: 'DELETE' })).rejects.toMatchObject({ status: 403 });
    expect(sent).toEqual(['old', 'old', 'new']);
  });

  test('reading needs no token', async () => {
    onTokenRefused(async () => useToken('new'));
    await expect(call('/status')).rejects.toMatchObject({ code: 'ForbiddenException' });
    expect(sent).toEqual([undefined]);
  });
});

test('another error without JSON has its status', async () => {
  answering('<h1>Oops</h1>', 500);
  await expect(call('/status')).rejects.toMatchObject({ code: 'HTTP 500', status: 500 });
});
