import * as fc from 'fast-check';
import { askedRequest, type AskedRequest, type HeaderLine } from '../asked-request.ts';
import type { Protocol } from '../request.ts';
import { anyCase, valueOf, type Words } from './any-header.ts';
import type { RawRequest } from './raw-http.ts';

/** A request for `explain`, and the same request on the wire. */
export type AnyRequest = { readonly asked: AskedRequest; readonly raw: RawRequest };

const METHODS = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('GET', 'GET', 'POST') },
  { weight: 3, arbitrary: fc.constantFrom('PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'PURGE') },
  fc.constantFrom('CONNECT', 'QUERY', 'FOO', 'get'),
);

const PIECES = [
  '/',
  '/',
  '/',
  'a',
  'a',
  'b',
  'A',
  '.',
  '..',
  '..;',
  '.;x',
  ';',
  '%2e',
  '%2E',
  '%2f',
  '%61',
  '%20',
  '%',
  '\\',
  '{',
  '"',
  ' ',
  'é',
  ':',
  '+',
  '*',
];
const QUERIES = [
  '',
  '',
  '',
  '?',
  '?q',
  '?q=',
  '?q=v',
  '?q=a%20b',
  '?q=a+b',
  '?q=v&q=w',
  '?q=w&q=v',
  '?Q=v',
  '?&q=v',
  '?q=v=w',
  '?x?q=v',
  '?%71=v',
  '?q=//../v',
  '?q=é',
  '?q=v#q',
  '#q',
];

/** Returns random targets, with and without a query, including `paths` unchanged. */
function anyTarget(paths: readonly string[]): fc.Arbitrary<string> {
  const composed = fc
    .array(fc.constantFrom(...PIECES), { maxLength: 6 })
    .map((pieces) => `/${pieces.join('')}`);
  const path = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...paths) }, composed);
  return fc.tuple(path, fc.constantFrom(...QUERIES)).map((parts) => parts.join(''));
}

/** Returns hosts like `names`: with ports, in other case, with a trailing dot, and invalid ones. */
export function anyHost(names: readonly string[], port: number): fc.Arbitrary<string> {
  const name = fc.constantFrom(...names);
  const changed = fc.oneof(
    { weight: 6, arbitrary: fc.constant((host: string) => host) },
    {
      weight: 3,
      arbitrary: fc.constantFrom<(host: string) => string>(
        (host) => `${host}:${port}`,
        (host) => host.toUpperCase(),
        (host) => `${host}.`,
        (host) => `${host}.:${port}`,
        (host) => `${host}:1`,
        (host) => `x.${host}`,
      ),
    },
    fc.constantFrom<(host: string) => string>(
      (host) => `${host}:`,
      (host) => `x${host}`,
      (host) => host.slice(1),
      (host) => `${host} x`,
      (host) => `a@${host}`,
      () => '',
      () => '[::1]:80',
    ),
  );
  return fc.tuple(name, changed).map(([host, change]) => change(host));
}

/** Returns a random request to such hosts and paths, with header lines of these words. */
export function anyRequest(options: {
  readonly port: number;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly words: Words;
}): fc.Arbitrary<AnyRequest> {
  const { port, hosts, paths, words } = options;
  const line = fc
    .constantFrom(...words.names)
    .chain((name): fc.Arbitrary<HeaderLine> => fc.tuple(anyCase(name), valueOf(name, words)));
  const lines = fc.array(line, { maxLength: 4 }).map(withoutBody);
  const anything = fc.record({
    protocol: fc.constantFrom<Protocol>('HTTP/1.1', 'HTTP/1.1', 'HTTP/2'),
    method: METHODS,
    host: anyHost(hosts, port),
    target: anyTarget(paths),
    lines: fc.oneof(
      { weight: 1, arbitrary: lines.map(always) },
      { weight: 4, arbitrary: lines.map(whereAllowed) },
    ),
  });
  return anything.map(({ protocol, method, host, target, lines: written }) =>
    method === 'CONNECT'
      ? // CONNECT sends only the destination.
        requestOf({ protocol, method, host: `${hosts[0]}:${port}`, port, target, lines: [] })
      : requestOf({ protocol, method, host, port, target, lines: written(protocol) }),
  );
}

/** Builds one request from its parts. */
export function requestOf(parts: {
  readonly protocol: Protocol;
  readonly method: string;
  readonly host: string;
  readonly port: number;
  readonly target: string;
  readonly lines: readonly HeaderLine[];
  readonly tls?: boolean;
}): AnyRequest {
  const { protocol, method, host, port, target, lines, tls = false } = parts;
  const scheme = tls ? 'https' : 'http';
  const url = `${scheme}://h.test:${port}${target}`;
  const sent = protocol === 'HTTP/1.1' ? lines : withoutHost(lines);
  const asked = askedRequest(method, url, [['Host', host], ...sent], protocol);
  const headers = protocol === 'HTTP/1.1' ? lines : asked.headers;
  return { asked, raw: { protocol, method, scheme, authority: host, target: asked.target, headers } };
}

/** Over HTTP/2 the authority replaces Host. */
function withoutHost(lines: readonly HeaderLine[]): readonly HeaderLine[] {
  return lines.filter(([name]) => name.toLowerCase() !== 'host');
}

type Written = (protocol: Protocol) => readonly HeaderLine[];

const always =
  (lines: readonly HeaderLine[]): Written =>
  () =>
    lines;

/** Removes the headers that HTTP/2 forbids. */
function whereAllowed(lines: readonly HeaderLine[]): Written {
  const allowed = lines.filter(
    ([name, value]) =>
      !/^(?:connection|keep-alive|proxy-connection|transfer-encoding|upgrade)$/i.test(name) &&
      (name.toLowerCase() !== 'te' || value === 'trailers'),
  );
  return (protocol) => (protocol === 'HTTP/2' ? allowed : lines);
}

/** Removes all message framing but one consistent form: there is no body. */
function withoutBody(lines: readonly HeaderLine[]): readonly HeaderLine[] {
  const isFraming = (name: string): boolean => /^(?:content-length|transfer-encoding)$/i.test(name);
  const first = lines.findIndex(([name]) => isFraming(name));
  return lines.filter(([name], index) => index === first || !isFraming(name));
}
