import { portOf, sendPackets, startTelemetry } from '../../../../agent/telemetry/testing/telemetry.ts';
import { datagram, OF_ENVOY, TRACE } from '../../../../agent/telemetry/xray/testing/segments.ts';
import { until } from '../../../lab/until.ts';
import {
  pointsIn,
  recordsIn,
  spansIn,
  startCollector,
  type Collector,
  type CollectorOptions,
} from './collector.ts';
import type { TryReceiver } from './other-receivers.ts';
import { PATIENT } from './program.ts';

const LOOPBACK = '127.0.0.1';
const HEX_TRACE = TRACE.replaceAll('-', '').slice(1);
const INTERVAL = { OTEL_METRIC_EXPORT_INTERVAL: '200' };

async function withCollector(
  path: string,
  options: Omit<CollectorOptions, 'address'>,
  use: (collector: Collector) => Promise<string>,
): Promise<string> {
  const collector = await startCollector(path, { address: LOOPBACK, ...options });
  try {
    return await use(collector);
  } catch (error) {
    throw new Error(`${path}: ${collector.output().slice(-4000)}`, { cause: error });
  } finally {
    await collector.stop();
  }
}

const WAYS = ['grpc', 'http/protobuf', 'http/json'].flatMap((protocol) =>
  ['none', 'gzip'].map((compression) => ({ protocol, compression })),
);

/** Segments, metrics and log records by OTLP, over each protocol with and without compression, into the OpenTelemetry Collector. */
export const tryCollector: TryReceiver = (path) =>
  withCollector(path, {}, async (collector) => {
    for (const { protocol, compression } of WAYS) {
      const port = protocol === 'grpc' ? collector.ports.grpc : collector.ports.http;
      const name = `orders.${protocol.replace('/', '_')}.${compression}`;
      await using telemetry = await startTelemetry({
        DAYBREAK_TELEMETRY_INPUTS: 'statsd,otlp,xray',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${LOOPBACK}:${port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        OTEL_LOGS_EXPORTER: 'otlp',
        ...INTERVAL,
      });
      await sendPackets(portOf(telemetry, 'statsd'), [`${name}:3|c|#shard:a`, `${name}:4|c|#shard:a`]);
      const id = Buffer.from(name).toString('hex').slice(0, 16);
      await sendPackets(portOf(telemetry, 'xray'), [datagram({ ...OF_ENVOY, id })]);
      const logRecords = [{ traceId: HEX_TRACE, body: { stringValue: name } }];
      await fetch(`http://${LOOPBACK}:${portOf(telemetry, 'otlp/http')}/v1/logs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
      });
      await until(
        `all signals by ${protocol}, compression ${compression}`,
        async () => {
          const all = collector.requests();
          const point = pointsIn(all).findLast((each) => each.name === name);
          const span = spansIn(all).find(({ traceId, spanId }) => traceId === HEX_TRACE && spanId === id);
          const record = recordsIn(all).find(({ body, trace }) => body === name && trace === HEX_TRACE);
          const bears = [point, span, record].every((item) => item?.resource['daybreak.mesh'] === 'm');
          return point?.value === 7 && point.tags['shard'] === 'a' && bears;
        },
        PATIENT,
      );
      const problems = telemetry.status().outputs.filter((each) => each.rejected + each.dropped > 0);
      if (problems.length > 0) throw new Error(JSON.stringify(problems));
    }
    return `a counter, a span and a record, each with the attributes of the proxy, by ${WAYS.length} ways of OTLP`;
  });

/** StatsD, DogStatsD and Zipkin's spans into a collector with the receivers of contrib. */
export const tryContrib: TryReceiver = (path) =>
  withCollector(path, { others: ['statsd', 'zipkin'] }, async ({ ports, requests }) => {
    await using telemetry = await startTelemetry({
      DAYBREAK_TELEMETRY_INPUTS: 'statsd,xray',
      OTEL_METRICS_EXPORTER: 'statsd,dogstatsd',
      STATSD_ADDRESS: LOOPBACK,
      STATSD_PORT: `${ports.statsd}`,
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: `http://${LOOPBACK}:${ports.zipkin}/api/v2/spans`,
      ...INTERVAL,
    });
    const now = Date.now() / 1000;
    const segment = { ...OF_ENVOY, start_time: now, end_time: now + 0.1 };
    const sum = (name: string, tags: object) =>
      pointsIn(requests())
        .filter((point) => point.name === name && JSON.stringify(point.tags) === JSON.stringify(tags))
        .reduce((all, { value }) => all + value, 0);
    // UDP: a receiver that does not listen yet gets nothing.
    await until(
      'the receivers listen',
      async () => {
        await sendPackets(portOf(telemetry, 'statsd'), ['probe:1|c']);
        return sum('probe', {}) > 0;
      },
      PATIENT,
    );
    await sendPackets(portOf(telemetry, 'statsd'), ['orders:3|c|#shard:a', 'orders:4|c|#shard:a']);
    await sendPackets(portOf(telemetry, 'xray'), [datagram(segment)]);
    await until(
      'counters and spans',
      async () => {
        const tagged = pointsIn(requests()).filter(
          ({ name, tags }) => name === 'orders' && tags['shard'] === 'a' && tags['appmesh.mesh'] === 'm',
        );
        const spans = spansIn(requests()).filter(
          ({ traceId, spanId }) => traceId === HEX_TRACE && spanId === OF_ENVOY.id,
        );
        const dogStatsd = tagged.reduce((all, { value }) => all + value, 0);
        return sum('orders.shard.a', {}) === 7 && dogStatsd === 7 && spans.length === 1;
      },
      PATIENT,
    );
    return "a counter by StatsD and by DogStatsD, a span in Zipkin's form";
  });
