import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { bodyOf, message, openEdges, planned, type Edges } from './testing/http-edges-scene.ts';

// The tables of docs/http.md, row by row: the effect of two Envoys on a message.

const PAGE = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');
const HOST = 'Host: server.local';
const CLOSE = 'Connection: close';

/** The bytes to send, and the expected request at the application or answer at the caller. */
type Trial = {
  readonly sent: string;
  readonly half?: boolean;
  readonly seen?: RegExp;
  readonly unseen?: RegExp;
  readonly answer?: RegExp;
};

const request = (...lines: readonly string[]): string => message('GET /a HTTP/1.1', HOST, CLOSE, ...lines);
const target = (text: string): string => message(`GET ${text} HTTP/1.1`, HOST, CLOSE);
const post = (body: string, ...lines: readonly string[]): string =>
  `${message('POST /a HTTP/1.1', HOST, CLOSE, ...lines)}${body}`;
const status = (code: number): RegExp => new RegExp(`^HTTP/1.1 ${code} `);
const ok = (...lines: readonly string[]): string => message('HTTP/1.1 200 OK', 'Content-Length: 0', ...lines);
const lines = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `x-${at}: v`);

const CHANGED: Readonly<Record<string, readonly Trial[]>> = {
  'Names of headers and trailers': [{ sent: request('X-A: v'), seen: /\r\nx-a: v\r\n/ }],
  'The reason phrase': [
    {
      sent: request(planned('HTTP/1.1 200 Splendid\r\nContent-Length: 0\r\n\r\n')),
      answer: /^HTTP\/1.1 200 OK\r\n/,
    },
  ],
  'An HTTP/1.0 request': [
    { sent: message('GET /a HTTP/1.0', HOST), seen: /^GET \/a HTTP\/1.1\r\nhost: server.local\r\n/ },
    { sent: message('GET /a HTTP/1.0'), seen: /^GET \/a HTTP\/1.1\r\nhost: localhost\r\n/ },
  ],
  'An HTTP/1.0 response': [
    { sent: request(planned('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')), answer: status(200) },
  ],
  'A path with `.`, `..`, `//` or `\\`': [{ sent: target('//a/../b\\c'), seen: /^GET \/b\/c HTTP/ }],
  'A path with `%41` or `{`': [
    { sent: target('/%41{'), seen: /^GET \/A%7B HTTP/ },
    { sent: target('/a%2Fb'), seen: /^GET \/a%2Fb HTTP/ },
  ],
  'A whole URL as the target': [
    {
      sent: message('GET http://server.local/b HTTP/1.1', 'Host: other', CLOSE),
      seen: /^GET \/b HTTP\/1.1\r\nhost: server.local\r\n/,
    },
  ],
  'Two `Host` lines': [{ sent: request('Host: b'), seen: /\r\nhost: server.local,b\r\n/ }],
  'A `Host` with a trailing dot': [
    { sent: message('GET /a HTTP/1.1', 'Host: server.local.', CLOSE), seen: /\r\nhost: server.local\r\n/ },
  ],
  '`Connection` and the headers that it names, `Keep-Alive`, `Proxy-Connection`': [
    {
      sent: message(
        'GET /a HTTP/1.1',
        HOST,
        'Connection: close, x-hop',
        'X-Hop: 1',
        'Keep-Alive: 1',
        'Proxy-Connection: close',
      ),
      unseen: /connection:|x-hop|keep-alive/,
    },
  ],
  'Chunk extensions': [
    {
      sent: post('3;x=y\r\nabc\r\n0\r\n\r\n', 'Transfer-Encoding: chunked'),
      seen: /\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/,
    },
  ],
  '`Upgrade` to anything but WebSocket': [
    {
      sent: message('GET /a HTTP/1.1', HOST, 'Connection: upgrade, close', 'Upgrade: foo'),
      unseen: /upgrade/,
    },
  ],
  'A request without a body and length, with a method other than GET, HEAD, DELETE and TRACE': [
    { sent: message('OPTIONS /a HTTP/1.1', HOST, CLOSE), seen: /\r\ncontent-length: 0\r\n/ },
  ],
  'Every request': [
    {
      sent: request(),
      seen: /\r\nx-forwarded-proto: http\r\nx-request-id: [^]*x-envoy-expected-rq-timeout-ms: 15000\r\n/,
    },
    {
      sent: request('x-envoy-retry-on: 5xx', 'x-envoy-max-retries: 9'),
      unseen: /x-envoy-retry-on|x-envoy-max-retries/,
    },
  ],
  'Every response': [{ sent: request(), answer: /\r\nx-envoy-upstream-service-time: \d+\r\ndate: / }],
};

const REFUSED: Readonly<Record<string, readonly Trial[]>> = {
  '`OPTIONS *`, and `CONNECT` to any host': [
    { sent: message('OPTIONS * HTTP/1.1', HOST, CLOSE), answer: status(404) },
    { sent: message('CONNECT server.local:80 HTTP/1.1', HOST, CLOSE), answer: status(404) },
  ],
  'Bytes beyond ASCII in a path or a query': [
    { sent: target('/\xc3\xa9'), answer: status(400) },
    { sent: target('/?\xc3\xa9'), answer: status(400) },
  ],
  'A `#` in the target': [{ sent: target('/a#b'), answer: status(400) }],
  'An unregistered HTTP method': [{ sent: message('FOO /a HTTP/1.1', HOST, CLOSE), answer: status(400) }],
  '`Transfer-Encoding: identity`': [
    { sent: post('abc', 'Transfer-Encoding: identity', 'Content-Length: 3'), answer: status(400) },
    { sent: request(planned(ok('Transfer-Encoding: identity'))), answer: status(502) },
  ],
  '`Transfer-Encoding` with anything but `chunked`': [
    { sent: post('0\r\n\r\n', 'Transfer-Encoding: gzip, chunked'), answer: status(501) },
  ],
  '`Content-Length` twice': [
    { sent: post('a', 'Content-Length: 1', 'Content-Length: 1'), answer: status(400) },
  ],
  'A header name with a space': [{ sent: request('x y: v'), answer: status(400) }],
  'HTTP/1.1 without `Host`': [{ sent: message('GET /a HTTP/1.1', CLOSE), answer: status(400) }],
  'Bytes that are not HTTP': [{ sent: '\x16\x03\x01\x00\x00\r\n\r\n', answer: status(400) }],
  'More than 96 KiB or 200 lines of headers': [
    { sent: request(...lines(205)), answer: status(431) },
    { sent: request(`x-a: ${'a'.repeat(98 * 1024)}`), answer: status(431) },
    { sent: request('x-lines: 205'), answer: status(502) },
    { sent: request(`x-bytes: ${98 * 1024}`), answer: status(502) },
  ],
  'A caller that half-closes the connection before the response': [
    // Without an answer of the application, which could otherwise come before the end of the caller's side.
    { sent: message('GET /a HTTP/1.1', HOST, 'x-silent: yes'), half: true, answer: /^$/ },
  ],
};

/** Returns the first cells of the table below a heading. */
function rows(heading: string): readonly string[] {
  const [, section = ''] = PAGE.split(`## ${heading}\n`);
  const [table = ''] = section.split('\n\n').filter((block) => block.trimStart().startsWith('|'));
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => /^\| (.*?) \| /.exec(line)?.[1] ?? line);
}

describe.each(ENVOYS)('%s', (variable) => {
  let edges: Edges;

  beforeAll(async () => {
    edges = await openEdges(variable);
  });
  afterAll(() => edges?.scene.close());

  const LONG =
    'A header of more than 64 KiB over HTTP/2 (http2 and grpc listeners), of a request or an answer, to an Envoy older than 1.38';

  test('every row has its trials', () => {
    expect(Object.keys(CHANGED)).toEqual(rows('What is changed'));
    expect([...Object.keys(REFUSED), LONG].toSorted()).toEqual(rows('What is refused').toSorted());
  });

  test.each(Object.entries({ ...CHANGED, ...REFUSED }))('%s', async (_, trials) => {
    for (const { sent, half = false, seen, unseen, answer } of trials) {
      const got = await edges.raw('mesh', sent, { half });
      if (answer !== undefined) expect(got).toMatch(answer);
      if (seen !== undefined) expect(bodyOf(got)).toMatch(seen);
      if (unseen !== undefined) expect(bodyOf(got)).not.toMatch(unseen);
      if (answer === undefined) expect(got).toMatch(/^HTTP\/1\.[01] 200 OK\r\n/);
    }
  });

  test.each([LONG])('%s', async () => {
    const ask = async (...further: readonly string[]) => {
      const head = message('GET /through/a HTTP/1.1', 'Host: door.local', CLOSE, ...further);
      const got = await edges.raw('through', head);
      return got.slice(0, got.indexOf('\r\n'));
    };
    // HPACK cannot make these shorter.
    const header = (size: number, at = 0): string => `x-long-${at}: ${'~'.repeat(size)}`;
    const passes = variable === 'DAYBREAK_ENVOY';
    expect(await ask(header(45 * 1024, 1), header(45 * 1024, 2))).toBe('HTTP/1.1 200 OK');
    expect((await ask(header(70 * 1024))).startsWith('HTTP/1.1 200')).toBe(passes);
    // HPACK makes letters a quarter shorter.
    expect(await ask(`x-bytes: ${92 * 1024}`)).toMatch(status(passes ? 200 : 502));
  });
});
