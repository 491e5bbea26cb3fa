import { boolean, integer, oneOf, text, type Parser, type Reader } from '../../../common/settings.ts';
import { path } from '../../settings/parsers/parsers.ts';
import type { Signal } from './signal.ts';

/**
 * The receiver of one signal by OTLP, and the form of the requests, by OpenTelemetry's variables.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export type OtlpSettings = {
  /** With the path of the signal, unless the protocol is gRPC. The scheme says whether there is TLS. */
  readonly url: URL;
  readonly protocol: OtlpProtocol;
  readonly gzip: boolean;
  /** By lower-case name. They may be secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** The limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  /** Paths of PEM files. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
};

/** The protocols of OTLP. */
const OTLP_PROTOCOLS = ['grpc', 'http/protobuf', 'http/json'] as const;

/** A protocol of OTLP. */
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number];

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_PORT = { grpc: 4317, 'http/protobuf': 4318, 'http/json': 4318 };

/** Returns whether a variable names an endpoint for this signal. */
export function hasOtlpEndpoint(read: Reader, signal: Signal): boolean {
  return [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`, 'OTEL_EXPORTER_OTLP_ENDPOINT'].some(
    (name) => read(name, text, undefined) !== undefined,
  );
}

/** Reads the settings of one signal. A variable of the signal precedes the one for all signals. */
export function readOtlp(read: Reader, signal: Signal): OtlpSettings {
  const both = <T, F>(end: string, parse: Parser<T>, fallback: F, from: From = read): T | F =>
    from(
      `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${end}`,
      parse,
      from(`OTEL_EXPORTER_OTLP_${end}`, parse, fallback),
    );
  const protocol = both('PROTOCOL', oneOf(...OTLP_PROTOCOLS), 'http/protobuf' as const);
  const endpoint = endpointFor(protocol, both('INSECURE', boolean, false));
  const fallback = new URL(`http://127.0.0.1:${DEFAULT_PORT[protocol]}`);
  const all = read('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint, fallback);
  return {
    url: read(
      `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`,
      endpoint,
      protocol === 'grpc' ? all : withPath(all, `v1/${signal}`),
    ),
    protocol,
    gzip: both('COMPRESSION', oneOf('none', 'gzip'), 'none') === 'gzip',
    headers: both('HEADERS', headerList, {}, (name, parse, none) => read.secret(name, parse, none)),
    timeoutMs: both('TIMEOUT', integer(1, 600_000), DEFAULT_TIMEOUT_MS),
    caFile: both('CERTIFICATE', path, undefined),
    certFile: both('CLIENT_CERTIFICATE', path, undefined),
    keyFile: both('CLIENT_KEY', path, undefined),
  };
}

type From = <T, F>(this: void, name: string, parse: Parser<T>, fallback: F) => T | F;

/** gRPC also allows a target without a scheme, which is TLS unless `OTEL_EXPORTER_OTLP_INSECURE` is true. */
function endpointFor(protocol: OtlpProtocol, isInsecure: boolean): Parser<URL> {
  return (value) => {
    const hasScheme = /^https?:\/\//i.test(value);
    const isTarget = protocol === 'grpc' && !hasScheme && !value.includes('://');
    const url = URL.parse(isTarget ? `${isInsecure ? 'http' : 'https'}://${value}` : value);
    const isUsable = url !== null && url.hostname !== '' && (hasScheme || isTarget);
    return isUsable
      ? { value: url }
      : { wanted: 'a URL with http:// or https://, such as http://127.0.0.1:4318' };
  };
}

function withPath(base: URL, end: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${end}`;
  return url;
}

/** Parses `name=value,name=value` with percent-encoded values (W3C Baggage). */
const headerList: Parser<Readonly<Record<string, string>>> = (value) => {
  const pairs = keyValues(value);
  const isUsable = pairs?.every(
    ([name, each]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t -~]*$/.test(each),
  );
  return pairs !== undefined && isUsable === true
    ? { value: Object.fromEntries(pairs.map(([name, each]) => [name.toLowerCase(), each])) }
    : { wanted: 'a list NAME=VALUE,NAME=VALUE of headers, with percent-encoded values' };
};

/** Returns the pairs of a text `name=value,name=value` with percent-encoded values; undefined if it has another form. */
export function keyValues(value: string): readonly (readonly [string, string])[] | undefined {
  const pairs: (readonly [string, string])[] = [];
  for (const part of value.split(',')) {
    if (part.trim() === '') continue;
    const [, name, encoded] = /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (name === undefined || encoded === undefined) return undefined;
    try {
      pairs.push([name, decodeURIComponent(encoded)]);
    } catch {
      return undefined;
    }
  }
  return pairs;
}
