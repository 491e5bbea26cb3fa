import { headersOf, type HeaderValue, type Headers, type Line, type Protocol } from '../request.ts';

// Envoy stores one value for the headers with fast access, and joins their lines on arrival. The list was found by sending
// each header name in Envoy's binaries twice: the same in 1.37.0 and 1.40.0.
const JOINED = new Set([
  'accept',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'access-control-request-private-network',
  'authorization',
  'cache-control',
  'cdn-loop',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'grpc-accept-encoding',
  'grpc-timeout',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'origin',
  'pragma',
  'proxy-connection',
  'referer',
  'te',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
  'x-client-trace-id',
  'x-envoy-attempt-count',
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-external-address',
  'x-envoy-is-timeout-retry',
  'x-envoy-original-host',
  'x-envoy-original-path',
  'x-envoy-upstream-stream-duration-ms',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-request-id',
]);

/** Returns a request's headers as Envoy stores them: well-known names joined, and HTTP/2's cookie fragments combined. */
export function keptHeaders(lines: readonly Line[], protocol: Protocol): Headers {
  const kept = [...headersOf(lines)].flatMap(([name, values]): [string, readonly HeaderValue[]][] => {
    if (name === 'cookie' && protocol === 'HTTP/2')
      return wholeCookie(values).map((value) => [name, [value]]);
    return [[name, JOINED.has(name) ? [joinValues(values)] : values]];
  });
  return new Map(kept);
}

/** Combines HTTP/2's cookie fragments; none if all are empty. Leading empty fragments leave no separator. */
function wholeCookie(pieces: readonly HeaderValue[]): readonly HeaderValue[] {
  const first = pieces.findIndex((piece) => piece !== '');
  return first === -1 ? [] : [joinAll(pieces.slice(first), '; ')];
}

/** Joins values by commas; empty values leave no comma. */
export function joinValues(values: readonly string[]): string;
export function joinValues(values: readonly HeaderValue[]): HeaderValue;
export function joinValues(values: readonly HeaderValue[]): HeaderValue {
  return joinAll(
    values.filter((value) => value !== ''),
    ',',
  );
}

function joinAll(values: readonly HeaderValue[], separator: string): HeaderValue {
  const [first = '', ...rest] = values;
  if (rest.length === 0) return first;
  const texts = values.map((value) => (typeof value === 'string' ? value : value.made));
  return values.every((value) => typeof value === 'string')
    ? texts.join(separator)
    : { made: texts.join(' and ') };
}
