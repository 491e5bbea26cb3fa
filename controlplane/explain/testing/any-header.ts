import * as fc from 'fast-check';
import type { HeaderMatchMethod } from '../../model/types.ts';

// Headers that Envoy removes, adds, joins or reads, grouped by topic, and some that it ignores.
const TOPICS: readonly (readonly string[])[] = [
  [
    'x-multi',
    'x-beta',
    'x_under',
    'priority',
    'early-data',
    'traceparent',
    'x-b3-sampled',
    'x-envoy-unknown',
  ],
  ['cookie', 'accept', 'user-agent', 'authorization', 'content-type', 'via', 'cache-control', 'origin'],
  ['if-match', 'pragma', 'cdn-loop', 'grpc-timeout', 'referer', 'content-length', 'expect', 'trailer'],
  ['connection', 'upgrade', 'http2-settings', 'te', 'x-beta'],
  ['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'trailer', 'x-forwarded-for'],
  ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-client-cert'],
  ['x-request-id', 'x-client-trace-id', 'x-app-mesh-virtual-service', 'x-app-mesh-virtual-service-port'],
  ['x-envoy-external-address', 'x-envoy-original-host', 'x-envoy-original-path', 'x-envoy-original-url'],
  ['x-envoy-retry-on', 'x-envoy-retry-grpc-on', 'x-envoy-max-retries', 'x-envoy-internal'],
  ['x-envoy-upstream-rq-timeout-ms', 'x-envoy-expected-rq-timeout-ms', 'x-envoy-attempt-count'],
  ['x-envoy-decorator-operation', 'x-envoy-downstream-service-cluster', 'x-envoy-downstream-service-node'],
  ['x-envoy-upstream-stream-duration-ms', 'x-envoy-hedge-on-per-try-timeout', 'x-envoy-ip-tags'],
  ['x-envoy-force-trace', 'x-envoy-upstream-alt-stat-name', 'x-envoy-retriable-status-codes'],
  ['x-envoy-retriable-header-names', 'x-envoy-upstream-rq-per-try-timeout-ms', 'x-envoy-is-timeout-retry'],
  ['x-envoy-upstream-rq-timeout-alt-response', 'x-envoy-overloaded', 'host'],
];

/** A few related names and values, which the conditions and header lines of a scene use. */
export type Words = { readonly names: readonly string[]; readonly values: readonly string[] };

const COMMON = [
  '',
  'a',
  'b',
  'A',
  'a,b',
  'a, b',
  'b,a',
  'a b',
  'é',
  'aé',
  '1',
  '7',
  '+7',
  '-3',
  '07',
  '1.0',
  '9999999999999999999',
];

/** A random small set of words. */
export const fewWords: fc.Arbitrary<Words> = fc.record({
  names: fc
    .oneof(fc.constantFrom(...TOPICS), fc.constant(TOPICS.flat()))
    .chain((names) => fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })),
  values: fc.uniqueArray(fc.constantFrom(...COMMON), { minLength: 1, maxLength: 3 }),
});

const OWN: Readonly<Record<string, readonly string[]>> = {
  te: ['trailers', 'trailers, gzip', 'Trailers', 'gzip', ''],
  upgrade: ['websocket', 'WebSocket', 'h2c', 'foo', ''],
  expect: ['100-continue', '100-Continue', 'a'],
  'content-length': ['0'],
  // Older releases apply it as a limit, so it is long.
  'x-envoy-upstream-stream-duration-ms': ['a', '86400000', ''],
  'transfer-encoding': ['chunked'],
  'x-request-id': [
    'a',
    'f2197c31-1f51-437e-b357-5e3c2deec204',
    'F2197C31-1F51-437E-B357-5E3C2DEEC204',
    'f2197c31-1f51-937e-b357-5e3c2deec204',
    'f2197c31-1f51-137e-b357-5e3c2deec204',
    '',
  ],
  'x-forwarded-proto': ['http', 'https', 'HTTPS', 'a', 'http,https', ''],
  referer: [
    'http://a/b',
    '/a',
    'a',
    'a b',
    'a:b',
    'http://u@a/',
    'http://a/#b',
    'http://a:70000/',
    '//a',
    '?a',
    'é',
    '',
  ],
};

/** Returns values of a header: some that Envoy parses, and some that conditions distinguish. */
export function valueOf(name: string, { names, values }: Words): fc.Arbitrary<string> {
  if (name === 'connection') {
    const token = fc.constantFrom(
      ...names,
      'close',
      'keep-alive',
      'Upgrade',
      'http2-settings',
      'te',
      'X-Multi',
      ':path',
      'host',
      '',
    );
    return fc.array(token, { maxLength: 3 }).map((tokens) => tokens.join(', '));
  }
  const own = OWN[name];
  return fc.constantFrom(...(own ?? values));
}

/** Returns a condition on such a value, of any kind in the API. */
export function matchOf(value: fc.Arbitrary<string>): fc.Arbitrary<HeaderMatchMethod | undefined> {
  const text = value.map((each) => (each === '' ? 'a' : each));
  const part = fc.tuple(text, fc.nat(3)).map(([each, length]) =>
    Array.from(each)
      .slice(0, length + 1)
      .join(''),
  );
  const bound = fc.constantFrom(-3, 0, 1, 7, 8, 100);
  return fc.oneof(
    fc.constant(undefined),
    text.map((exact) => ({ exact })),
    part.map((prefix) => ({ prefix })),
    part.map((each) => ({ suffix: each })),
    text.map((each) => ({ regex: each.replaceAll(/[.+?()[\]{}|^$*\\]/g, String.raw`\$&`) })),
    fc
      .constantFrom('.*', '.', 'a.', '[ab]', '[^a]*', 'a|b', '(?i)A,?B?', '[é]', '.*é', String.raw`\d+`, '')
      .map((regex) => ({
        regex: regex === '' ? 'a*' : regex,
      })),
    fc.tuple(bound, bound).map(([start, end]) => ({ range: { start, end } })),
  );
}

/** Returns a name in mixed case, which HTTP/1.1 allows. */
export function anyCase(name: string): fc.Arbitrary<string> {
  return fc.constantFrom(
    name,
    name.toUpperCase(),
    name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  );
}
