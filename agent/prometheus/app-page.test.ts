import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { appPage } from './app-page.ts';

const LIMIT_MS = 60_000;

/** Starts an application. Returns the URL of its page. */
async function serve(answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
}

test('the page of an application that redirects to the path with a slash, as FastAPI does', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/metrics') response.writeHead(307, { location: '/metrics/' }).end();
    else response.end('a 1\n');
  });
  expect(await appPage(url, LIMIT_MS)).toBe('a 1\n');
});

test('an application that has both formats is asked for the text format', async () => {
  const url = await serve(({ headers }, response) => {
    response.end(`a{accept="${headers.accept}"} 1\n`);
  });
  expect(await appPage(url, LIMIT_MS)).toBe('a{accept="text/plain;version=0.0.4;q=1, */*;q=0.1"} 1\n');
});

test.each([
  ['/metrics', 'it answered with status 302'],
  ['http://127.0.0.1:9/other', 'it answered with status 302'],
  ['http://[', 'it answered with status 302'],
])('a redirect to %s is not followed without end, and not to another server', async (location, message) => {
  let asked = 0;
  const url = await serve((_, response) => {
    asked += 1;
    response.writeHead(302, { location }).end();
  });
  await expect(appPage(url, LIMIT_MS)).rejects.toThrow(message);
  expect(asked).toBeLessThanOrEqual(4);
});

test('a page of another format is an error', async () => {
  const url = await serve((_, response) => response.end('<html></html>'));
  await expect(appPage(url, LIMIT_MS)).rejects.toThrow(
    "line 1 is not in Prometheus's text format: <html></html>",
  );
});
