import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../lab/net/free-port.ts';
import { startProgram, type Program } from './program.ts';

/** A running OpenTelemetry Collector, which writes all that it gets to a file. */
export type Collector = {
  /** The ports of its receivers, by protocol. */
  readonly ports: Readonly<Record<Protocol, number>>;
  /** The requests of OTLP in its file, as OTLP's JSON. */
  readonly requests: () => readonly CollectedRequest[];
  /** All that it wrote to stdout and stderr. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
};

/** The protocols in which the collector takes telemetry. */
export type Protocol = 'grpc' | 'http' | 'statsd' | 'zipkin' | 'fluent';

/** A request in the file, as far as the tests read it. */
export type CollectedRequest = {
  readonly resourceSpans?: readonly (Resourceful & {
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[];
  })[];
  readonly resourceMetrics?: readonly (Resourceful & {
    readonly scopeMetrics: readonly { readonly metrics: readonly CollectedMetric[] }[];
  })[];
  readonly resourceLogs?: readonly (Resourceful & {
    readonly scopeLogs: readonly { readonly logRecords: readonly CollectedRecord[] }[];
  })[];
};

type Resourceful = { readonly resource?: { readonly attributes?: readonly Attribute[] } };

/** An attribute of OTLP's JSON. */
export type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

/** A span of OTLP's JSON. */
export type CollectedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
};

/** A metric of OTLP's JSON. */
export type CollectedMetric = {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly CollectedPoint[] };
  readonly gauge?: { readonly dataPoints: readonly CollectedPoint[] };
};

/** A data point of OTLP's JSON. */
export type CollectedPoint = {
  readonly attributes?: readonly Attribute[];
  readonly asDouble?: number;
  readonly asInt?: string;
};

/** A log record of OTLP's JSON. */
export type CollectedRecord = {
  readonly traceId?: string;
  readonly attributes?: readonly Attribute[];
  readonly body?: Readonly<Record<string, unknown>>;
};

/** Options of a collector. */
export type CollectorOptions = {
  readonly address: string;
  /** The receivers that are built into it, beside OTLP. Default: none. */
  readonly others?: readonly Exclude<Protocol, 'grpc' | 'http'>[];
};

/** Starts the collector at `path`. */
export async function startCollector(path: string, options: CollectorOptions): Promise<Collector> {
  const names = ['grpc', 'http', 'statsd', 'zipkin', 'fluent'] as const;
  const found = await Promise.all(names.map(async (name) => [name, await freePort()] as const));
  const ports = Object.fromEntries(found) as Record<Protocol, number>;
  const program: Program = startProgram(path, {
    args(folder) {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, JSON.stringify(configuration(options, ports, folder)));
      return ['--config', `file:${file}`];
    },
  });
  return {
    ports,
    requests: reader(join(program.folder, 'out.json')),
    output: program.output,
    stop: program.stop,
  };
}

function configuration(
  { address, others = [] }: CollectorOptions,
  ports: Readonly<Record<Protocol, number>>,
  folder: string,
) {
  const at = (protocol: Protocol) => ({ endpoint: `${address}:${ports[protocol]}` });
  const added = {
    statsd: {
      signal: 'metrics',
      receiver: 'statsd',
      config: { ...at('statsd'), aggregation_interval: '500ms' },
    },
    zipkin: { signal: 'traces', receiver: 'zipkin', config: at('zipkin') },
    fluent: { signal: 'logs', receiver: 'fluentforward', config: at('fluent') },
  };
  const wanted = others.map((each) => added[each]);
  const receiversOf = (signal: string) =>
    wanted.flatMap((each) => (each.signal === signal ? each.receiver : []));
  const pipelines = ['traces', 'metrics', 'logs'].map((signal) => [
    signal,
    { receivers: ['otlp', ...receiversOf(signal)], exporters: ['file'] },
  ]);
  return {
    receivers: {
      otlp: { protocols: { grpc: at('grpc'), http: at('http') } },
      ...Object.fromEntries(wanted.map(({ receiver, config }) => [receiver, config])),
    },
    exporters: { file: { path: join(folder, 'out.json'), flush_interval: '100ms' } },
    service: {
      pipelines: Object.fromEntries(pipelines) as object,
      telemetry: { metrics: { level: 'none' } },
    },
  };
}

/** Returns a function that reads the requests of a file, those that are new since the last time. */
function reader(file: string): () => readonly CollectedRequest[] {
  const all: CollectedRequest[] = [];
  let read = 0;
  return () => {
    if (!existsSync(file)) return all;
    const rest = readFileSync(file).subarray(read);
    // The last line may be half written.
    const end = rest.lastIndexOf('\n') + 1;
    read += end;
    const lines = rest.toString('utf8', 0, end).split('\n').slice(0, -1);
    for (const line of lines) all.push(JSON.parse(line) as CollectedRequest);
    return all;
  };
}

/** Returns attributes as an object of texts. */
export function textsOf(attributes: readonly Attribute[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}

/** Returns the spans in the requests, each with its resource. */
export function spansIn(requests: readonly CollectedRequest[]) {
  return requests.flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map((span) => ({ ...span, resource: textsOf(resource?.attributes) })),
      ),
    ),
  );
}

/** Returns the points in the requests in the order of arrival, each with its name, tags, value and resource. */
export function pointsIn(requests: readonly CollectedRequest[]) {
  return requests.flatMap(({ resourceMetrics = [] }) =>
    resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) =>
        metrics.flatMap(({ name, sum, gauge }) =>
          ((sum ?? gauge)?.dataPoints ?? []).map(({ attributes, asDouble, asInt }) => ({
            name,
            tags: textsOf(attributes),
            value: asDouble ?? Number(asInt),
            resource: textsOf(resource?.attributes),
          })),
        ),
      ),
    ),
  );
}

/** Returns the log records in the requests, each with its resource. */
export function recordsIn(requests: readonly CollectedRequest[]) {
  return requests.flatMap(({ resourceLogs = [] }) =>
    resourceLogs.flatMap(({ resource, scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) =>
        logRecords.map(({ traceId = '', attributes, body }) => ({
          trace: traceId,
          attributes: textsOf(attributes),
          body: body === undefined ? '' : String(Object.values(body)[0]),
          resource: textsOf(resource?.attributes),
        })),
      ),
    ),
  );
}
