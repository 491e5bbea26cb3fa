import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { portOf, sendPackets, startTelemetry } from '../../../../agent/telemetry/testing/telemetry.ts';
import { datagram, OF_ENVOY, TRACE } from '../../../../agent/telemetry/xray/testing/segments.ts';
import { ANY_CREDENTIALS } from '../../../../controlplane/discovery/testing/cloud-map.ts';
import { startMoto } from '../../../../controlplane/discovery/testing/moto.ts';
import { freePort } from '../../../lab/net/free-port.ts';
import { until } from '../../../lab/until.ts';
import { body, PATIENT, startProgram, withProgram, type Program } from './program.ts';

const LOOPBACK = '127.0.0.1';
const REGION = 'eu-west-1';
/** The trace's id without the form of X-Ray. */
const HEX_TRACE = TRACE.replaceAll('-', '').slice(1);

/** Starts the receiver at `path`, sends telemetry to it through the agent, and rejects unless it arrives. */
export type TryReceiver = (path: string) => Promise<string>;

/** DogStatsD with the tags of App Mesh, into Prometheus' statsd_exporter. */
export const tryStatsdExporter: TryReceiver = async (path) => {
  const [statsd, web] = [await freePort(), await freePort()];
  const args = [`--statsd.listen-udp=${LOOPBACK}:${statsd}`, `--web.listen-address=${LOOPBACK}:${web}`];
  return withProgram(path, { args: () => args }, async () => {
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
  });
};

/** Starts X-Ray's daemon at `path`, which sends to X-Ray's API at this endpoint. */
export function startXRayDaemon(path: string, address: string, port: number, endpoint: string): Program {
  return startProgram(path, {
    args(folder) {
      const file = join(folder, 'daemon.yaml');
      const sockets = `Socket:\n  UDPAddress: "${address}:${port}"\n  TCPAddress: "${address}:${port}"\n`;
      writeFileSync(
        file,
        `Version: 2\nRegion: ${REGION}\nEndpoint: "${endpoint}"\nLocalMode: true\n${sockets}`,
      );
      return ['-o', '-c', file];
    },
    env: {
      AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
    },
  });
}

/** Segments of Envoy, through X-Ray's daemon into X-Ray's API (moto). */
export const tryXRayDaemon: TryReceiver = async (path) => {
  const moto = await startMoto();
  const port = await freePort();
  const client = new XRayClient({ endpoint: moto.endpoint, region: REGION, credentials: ANY_CREDENTIALS });
  const program = startXRayDaemon(path, LOOPBACK, port, moto.endpoint);
  try {
    const env = { OTEL_TRACES_EXPORTER: 'xray-daemon', DAYBREAK_TELEMETRY_INPUTS: 'xray' };
    await using telemetry = await startTelemetry(env, undefined, undefined, { host: LOOPBACK, port });
    const command = new BatchGetTracesCommand({ TraceIds: [TRACE] });
    return await until(
      'the segment',
      async () => {
        // The daemon says nowhere that it listens.
        await sendPackets(portOf(telemetry, 'xray'), [datagram(OF_ENVOY)]);
        const { Traces = [] } = await client.send(command);
        return Traces[0]?.Segments?.find(({ Id }) => Id === OF_ENVOY.id)?.Id;
      },
      PATIENT,
    );
  } finally {
    await program.stop();
    client.destroy();
    await moto.stop();
  }
};

/** Starts Zipkin's server from its jar, on all addresses, and waits until it serves. */
export async function startZipkin(jar: string, address: string, port: number): Promise<Program> {
  const env = { QUERY_PORT: `${port}`, JAVA_OPTS: '-Xmx256m' };
  const program = startProgram('java', { args: () => ['-jar', jar], env });
  await until('UP', async () => (await body(`http://${address}:${port}/health`)).includes('"UP"'), PATIENT);
  return program;
}

/** Segments as spans, into Zipkin's server. `path`: its jar. */
export const tryZipkin: TryReceiver = async (path) => {
  const port = await freePort();
  const program = await startZipkin(path, LOOPBACK, port);
  try {
    const base = `http://${LOOPBACK}:${port}`;
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
  } finally {
    await program.stop();
  }
};
