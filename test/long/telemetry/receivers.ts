// Telemetry through the agent into the real receivers that are given: each gets metrics, segments or records, and has to show them.
// `DAYBREAK_MOTO=… node test/long/telemetry/receivers.ts [--statsd-exporter FILE] [--xray-daemon FILE] [--otelcol FILE] [--otelcol-contrib FILE] [--zipkin JAR]`.
// The collector needs the receiver otlp and the exporter file; that of contrib also the receivers statsd and zipkin. X-Ray's daemon needs moto, and Zipkin
// needs Java.
import { parseArgs } from 'node:util';
import { describeFault } from '../../../common/process/faults.ts';
import { tryCollector, tryContrib } from './receivers/collector-attempts.ts';
import {
  tryStatsdExporter,
  tryXRayDaemon,
  tryZipkin,
  type TryReceiver,
} from './receivers/other-receivers.ts';

const RECEIVERS = {
  'statsd-exporter': tryStatsdExporter,
  'xray-daemon': tryXRayDaemon,
  otelcol: tryCollector,
  'otelcol-contrib': tryContrib,
  zipkin: tryZipkin,
} as const satisfies Readonly<Record<string, TryReceiver>>;

const option = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    'statsd-exporter': option,
    'xray-daemon': option,
    otelcol: option,
    'otelcol-contrib': option,
    zipkin: option,
  },
});

let failures = 0;
for (const [name, attempt] of Object.entries(RECEIVERS)) {
  const path = values[name as keyof typeof RECEIVERS];
  if (path === undefined) continue;
  try {
    process.stdout.write(`${name}: ${await attempt(path)}\n`);
  } catch (error) {
    failures += 1;
    process.stdout.write(`NOT OK  ${name}: ${describeFault(error)}\n`);
  }
}
process.exitCode = failures === 0 ? 0 : 1;
