import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { execa } from 'execa';
import { portOf, sendPackets, startTelemetry } from '../../../../agent/telemetry/testing/telemetry.ts';
import { datagram, OF_ENVOY, TRACE } from '../../../../agent/telemetry/xray/testing/segments.ts';
import { ANY_CREDENTIALS } from '../../../../controlplane/discovery/testing/cloud-map.ts';
import { startMoto } from '../../../../controlplane/discovery/testing/moto.ts';
import { freePort } from '../../../lab/net/free-port.ts';
import { request } from '../../../lab/clients/http.ts';
import { until } from '../../../lab/until.ts';

const PATIENT = { limitMs: 400_000, everyMs: 500 };
const LOOPBACK = '127.0.0.1';
const REGION = 'eu-west-1';
/** The trace's id without the form of X-Ray. */
const HEX_TRACE = TRACE.replaceAll('-', '').slice(1);

/** Starts the receiver at `path`, sends telemetry to it through the agent, and rejects unless it arrives. */
export type TryReceiver = (path: string) => Promise<string>;

type Program = { readonly folder: string; readonly isUp: () => boolean };

async function withProgram(
  path: string,
  args: (folder: string) => readonly string[],
  use: (program: Program) => Promise<string>,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  const program = execa(path, args(folder), { env, reject: false, stdin: 'ignore', all: true });
  let isUp = true;
  const ended = program.then((result) => {
    isUp = false;
    return result;
  });
  try {
    return await use({ folder, isUp: () => isUp });
  } catch (error) {
    program.kill('SIGKILL');
    throw new Error(`${path}: ${(await ended).all ?? ''}`, { cause: error });
  } finally {
    program.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function body(url: string): Promise<string> {
  return request(url)
    .then((response) => response.body)
    .catch(() => '');
}

/** DogStatsD with the tags of App Mesh, into Prometheus' statsd_exporter. */
export const tryStatsdExporter: TryReceiver = async (path) => {
  const [statsd, web] = [await freePort(), await freePort()];
  const args = [`--statsd.listen-udp=${LOOPBACK}:${statsd}`, `--web.listen-address=${LOOPBACK}:${web}`];
  return withProgram(
    path,
    () => args,
    async () => {
      await until('the page', () => body(`http://${LOOPBACK}:${web}/metrics`), PATIENT);
      await using telemetry = await startTelemetry({
        DAYBREAK_TELEMETRY_INPUTS: 'statsd',
        OTEL_METRICS_EXPORTER: 'dogstatsd',
        OTEL_METRIC_EXPORT_INTERVAL: '200',
        STATSD_ADDRESS: LOOPBACK,
        STATSD_PORT: `${statsd}`,
      });
      await sendPackets(portOf(telemetry, 'statsd'), ['orders:3|c|#shard:a', 'orders:4|c|#shard:a']);
      const wanted = /^orders\{[^}]*appmesh_mesh="m"[^}]*appmesh_virtual_node="n"[^}]*shard="a"[^}]*\} 7$/m;
      return until(
        'the counter',
        async () => wanted.exec(await body(`http://${LOOPBACK}:${web}/metrics`))?.[0],
        PATIENT,
      );
    },
  );
};

/** Segments of Envoy, through X-Ray's daemon into X-Ray's API (moto). */
export const tryXRayDaemon: TryReceiver = async (path) => {
  const moto = await startMoto();
  const port = await freePort();
  const client = new XRayClient({ endpoint: moto.endpoint, region: REGION, credentials: ANY_CREDENTIALS });
  const settings = (folder: string): readonly string[] => {
    const file = join(folder, 'daemon.yaml');
    const sockets = `Socket:\n  UDPAddress: "${LOOPBACK}:${port}"\n  TCPAddress: "${LOOPBACK}:${port}"\n`;
    writeFileSync(
      file,
      `Version: 2\nRegion: ${REGION}\nEndpoint: "${moto.endpoint}"\nLocalMode: true\n${sockets}`,
    );
    return ['-o', '-c', file];
  };
  const credentials = {
    AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
  };
  try {
    return await withProgram(
      path,
      settings,
      async () => {
        const daemon = { host: LOOPBACK, port };
        const env = { OTEL_TRACES_EXPORTER: 'xray-daemon', DAYBREAK_TELEMETRY_INPUTS: 'xray' };
        await using telemetry = await startTelemetry(env, undefined, undefined, daemon);
        const command = new BatchGetTracesCommand({ TraceIds: [TRACE] });
        return until(
          'the segment',
          async () => {
            // The daemon says nowhere that it listens.
            await sendPackets(portOf(telemetry, 'xray'), [datagram(OF_ENVOY)]);
            const { Traces = [] } = await client.send(command);
            return Traces[0]?.Segments?.find(({ Id }) => Id === OF_ENVOY.id)?.Id;
          },
          PATIENT,
        );
      },
      credentials,
    );
  } finally {
    client.destroy();
    await moto.stop();
  }
};

/** Segments, metrics and log records by OTLP over gRPC, into the OpenTelemetry Collector, which writes a file. */
export const tryCollector: TryReceiver = async (path) => {
  const port = await freePort();
  const settings = (folder: string): readonly string[] => {
    const pipelines = ['traces', 'metrics', 'logs'].map((signal) => [
      signal,
      { receivers: ['otlp'], exporters: ['file'] },
    ]);
    const config = {
      receivers: { otlp: { protocols: { grpc: { endpoint: `${LOOPBACK}:${port}` } } } },
      exporters: { file: { path: join(folder, 'out.json'), flush_interval: '100ms' } },
      service: {
        pipelines: Object.fromEntries(pipelines) as object,
        telemetry: { metrics: { level: 'none' } },
      },
    };
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config));
    return ['--config', `file:${join(folder, 'config.yaml')}`];
  };
  return withProgram(path, settings, async ({ folder }) => {
    await using telemetry = await startTelemetry({
      DAYBREAK_TELEMETRY_INPUTS: 'statsd,otlp,xray',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${LOOPBACK}:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    });
    await sendPackets(portOf(telemetry, 'statsd'), ['orders:3|c|#shard:a']);
    await sendPackets(portOf(telemetry, 'xray'), [datagram(OF_ENVOY)]);
    const logRecords = [{ body: { stringValue: 'an order' } }];
    await fetch(`http://${LOOPBACK}:${portOf(telemetry, 'otlp/http')}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    });
    const wanted = ['"orders"', `"${HEX_TRACE}"`, '"an order"', '"daybreak.mesh"'];
    const written = (): string => {
      try {
        return readFileSync(join(folder, 'out.json'), 'utf8');
      } catch {
        return '';
      }
    };
    await until('all signals', async () => wanted.every((text) => written().includes(text)), PATIENT);
    return wanted.join(', ');
  });
};

/** Segments as spans, into Zipkin's server. `path`: its jar. */
export const tryZipkin: TryReceiver = async (path) => {
  const port = await freePort();
  return withProgram(
    'java',
    () => ['-jar', path],
    async () => {
      const base = `http://${LOOPBACK}:${port}`;
      await until('UP', async () => (await body(`${base}/health`)).includes('"UP"'), PATIENT);
      await using telemetry = await startTelemetry({
        OTEL_TRACES_EXPORTER: 'zipkin',
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${base}/api/v2/spans`,
        DAYBREAK_TELEMETRY_INPUTS: 'xray',
      });
      const now = Date.now() / 1000;
      await sendPackets(portOf(telemetry, 'xray'), [
        datagram({ ...OF_ENVOY, start_time: now, end_time: now + 0.1 }),
      ]);
      const wanted = `"id":"${OF_ENVOY.id}"`;
      await until(
        'the span',
        async () => (await body(`${base}/api/v2/trace/${HEX_TRACE}`)).includes(wanted),
        PATIENT,
      );
      return wanted;
    },
    { QUERY_PORT: `${port}`, JAVA_OPTS: '-Xmx256m' },
  );
};
