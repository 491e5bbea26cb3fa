import { isIP } from 'node:net';
import { boolean, port, text, type Parser, type Reader } from '../../common/settings.ts';
import { host, path } from '../settings/parsers/parsers.ts';
import type { Sampler } from '../telemetry/settings/sampler-settings.ts';
import type { ResourceName } from '../settings/parsers/resource-name.ts';

/** How X-Ray's daemon samples requests that reach Envoy without a decision. */
export type XRaySampling =
  /** A manifest of the operator, version 2 of the format of X-Ray's SDKs. */
  | { readonly kind: 'manifest'; readonly path: string }
  /** One request per second, and this part of the others, from 0 to 1 with two decimals. */
  | { readonly kind: 'rate'; readonly rate: number }
  /** Envoy's own rule: one request per second, and 5 % of the others. */
  | { readonly kind: 'usual' };

/** The tracer of Envoy's bootstrap. `host` is a name or an IP address. */
export type TracingSettings =
  | {
      readonly kind: 'xray';
      readonly host: string;
      readonly port: number;
      readonly segmentName: string;
      readonly sampling: XRaySampling;
    }
  | { readonly kind: 'datadog'; readonly host: string; readonly port: number; readonly service: string }
  | {
      readonly kind: 'jaeger';
      readonly host: string;
      readonly port: number;
      readonly version: 'HTTP_PROTO' | 'HTTP_JSON';
    }
  | OpenTelemetryTracer;

/** OpenTelemetry's tracer. */
export type OpenTelemetryTracer = {
  readonly kind: 'opentelemetry';
  readonly sampler: Sampler;
  /** The receiver to which Envoy sends by itself. Undefined: Envoy sends to the agent. */
  readonly receiver: { readonly url: URL; readonly isGrpc: boolean; readonly timeoutMs: number } | undefined;
};

/** The address of X-Ray's daemon: a name or an IP address. */
export type DaemonAddress = { readonly host: string; readonly port: number };

/** The variable that selects each tracer. */
export const TRACING_SWITCHES = {
  xray: 'ENABLE_ENVOY_XRAY_TRACING',
  datadog: 'ENABLE_ENVOY_DATADOG_TRACING',
  jaeger: 'ENABLE_ENVOY_JAEGER_TRACING',
} as const;

/**
 * Reads the tracer, at most one. Values of a tracer that is not selected are not looked at, as in App Mesh's agent. With `isReplaced`,
 * a file of the operator replaces all of this, and the switches have no effect.
 */
export function readTracing(
  read: Reader,
  resource: ResourceName,
  isReplaced: boolean,
): TracingSettings | undefined {
  const kinds = ['xray', 'datadog', 'jaeger'] as const;
  const [first, ...others] = kinds.filter(
    (kind) => read(TRACING_SWITCHES[kind], boolean, false) && !isReplaced,
  );
  if (first !== undefined) {
    const wanted = `0 or not set beside ${TRACING_SWITCHES[first]}: Envoy has one tracer`;
    for (const other of others) read.problem({ name: TRACING_SWITCHES[other], got: '1', wanted });
  }
  const all = {
    xray: readXRay(only(read, first === 'xray'), resource),
    datadog: readDatadog(only(read, first === 'datadog'), resource),
    jaeger: readJaeger(only(read, first === 'jaeger')),
  };
  return first === undefined ? undefined : all[first];
}

/** Reads values of one tracer: those of a tracer that is off are not looked at. */
export type TracerReader = <T>(name: string, parse: Parser<T>, fallback: T) => T;

/** Returns a reader that looks at values only if the tracer is on. */
export function only(read: Reader, isOn: boolean): TracerReader {
  return (name, parse, fallback) => read(name, isOn ? parse : () => ({ value: fallback }), fallback);
}

/** Reads where X-Ray's daemon is. */
export function readDaemon(read: TracerReader): DaemonAddress {
  const usualPort = read('XRAY_DAEMON_PORT', port, 2000);
  const daemon = read<Daemon>('AWS_XRAY_DAEMON_ADDRESS', daemonAddress, { host: '127.0.0.1' });
  return { host: daemon.host, port: daemon.port ?? usualPort };
}

function readXRay(read: TracerReader, { mesh, name }: ResourceName): TracingSettings {
  const daemon = readDaemon(read);
  const manifest = read<string | undefined>('XRAY_SAMPLING_RULE_MANIFEST', path, undefined);
  const rate = read<number | undefined>('XRAY_SAMPLING_RATE', samplingRate, undefined);
  return {
    kind: 'xray',
    ...daemon,
    segmentName: read('XRAY_SEGMENT_NAME', text, `${mesh}/${name}`),
    sampling: manifest === undefined ? ofRate(rate) : { kind: 'manifest', path: manifest },
  };
}

/** The rate of Envoy's own rule, for which App Mesh's agent wrote no manifest. */
const USUAL_RATE = 0.05;

function ofRate(rate: number | undefined): XRaySampling {
  return rate === undefined || rate === USUAL_RATE ? { kind: 'usual' } : { kind: 'rate', rate };
}

function readDatadog(read: TracerReader, { mesh, name }: ResourceName): TracingSettings {
  return {
    kind: 'datadog',
    host: read('DATADOG_TRACER_ADDRESS', host, '127.0.0.1'),
    port: read('DATADOG_TRACER_PORT', port, 8126),
    service: read('DD_SERVICE', text, `envoy-${mesh}/${name}`),
  };
}

function readJaeger(read: TracerReader): TracingSettings {
  return {
    kind: 'jaeger',
    host: read('JAEGER_TRACER_ADDRESS', host, '127.0.0.1'),
    port: read('JAEGER_TRACER_PORT', port, 9411),
    version: /json/i.test(read('JAEGER_TRACER_VERSION', text, '')) ? 'HTTP_JSON' : 'HTTP_PROTO',
  };
}

type Daemon = { readonly host: string; readonly port?: number };

/** Parses `HOST`, `HOST:PORT`, or the form of X-Ray's SDKs with two protocols, `tcp:HOST:PORT udp:HOST:PORT`: Envoy sends UDP. */
const daemonAddress: Parser<Daemon> = (value) => {
  const given = /(?:^|\s)udp:(\S+)/.exec(value)?.[1] ?? value;
  const [, before, digits] = isIP(given) === 0 ? (/^(.+):(\d{1,5})$/.exec(given) ?? []) : [];
  const parsed = host(before ?? given);
  const parsedPort = digits === undefined ? { value: undefined } : port(digits);
  if ('wanted' in parsed || 'wanted' in parsedPort) {
    return { wanted: 'an IP address or a name, with or without a port, such as 127.0.0.1:2000' };
  }
  return {
    value: { host: parsed.value, ...(parsedPort.value === undefined ? {} : { port: parsedPort.value }) },
  };
};

/** Parses a rate from 0 to 1 and rounds it to two decimals, as App Mesh's agent did. */
const samplingRate: Parser<number> = (value) => {
  const rate = /^\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  return rate >= 0 && rate <= 1
    ? { value: Math.round(rate * 100) / 100 }
    : { wanted: 'a number from 0 to 1, such as 0.25' };
};
