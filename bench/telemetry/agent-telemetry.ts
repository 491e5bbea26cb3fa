// Measures the memory and CPU of an agent with every input of telemetry and several outputs, busy, beside the same agent without telemetry.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOtlpReceiver } from '../../agent/telemetry/testing/otlp-receiver.ts';
import { appMeshClient } from '../../demo/color-model.ts';
import { startControlPlane } from '../../test/lab/programs/control-plane.ts';
import { openEnvoyAdmin } from '../../test/lab/clients/envoy-admin.ts';
import { createLab } from '../../test/lab/lab.ts';
import { startAgent } from '../../test/lab/programs/sidecar.ts';
import { stage } from '../../test/lab/stage.ts';
import { until } from '../../test/lab/until.ts';
import { createPair, FRONT } from '../../test/testing/pair-model.ts';
import { readRounds, type RunBench } from '../figures/bench.ts';
import { cpuMs, residentKb } from '../push/process-cost.ts';

const SECONDS = 60;
/** Readings of the memory, one a second, at the end. */
const READINGS = 20;

/** Runs for as many seconds as the argument says (default 60). */
export const run: RunBench = async ({ args: [wanted = `${SECONDS}`], say }) => {
  const seconds = readRounds(wanted, 3600);
  const lab = await createLab({ name: 'bench' });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => lab.close());
  await using receiver = await startOtlpReceiver(0, lab.address);
  const programs = await stage(lab);
  const control = await lab.host('control', { dns: ['first.local'] });
  const { endpoint, xds } = await startControlPlane(control, programs);
  const client = appMeshClient(endpoint);
  await createPair(client);
  client.destroy();

  async function measure(name: string, env: Readonly<Record<string, string>>, isBusy: boolean) {
    say(`${name}: ${seconds} s`);
    const host = await lab.host(name, { dns: [`${name}.local`] });
    const admin = await openEnvoyAdmin(host);
    const options = { resource: FRONT, xds, appPorts: '', env: { ENVOY_CONCURRENCY: '1', ...env } };
    const agent = startAgent(host, programs, options);
    await until('LIVE', () => admin.ready().catch(() => false), { everyMs: 50 });
    const load = isBusy
      ? host.spawn('load', process.execPath, [join(import.meta.dirname, 'load.ts')])
      : undefined;
    const before = await cpuMs(agent.pid);
    const readings: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      await sleep(1000);
      if (second >= seconds - READINGS) readings.push((await residentKb(agent.pid)) / 1024);
    }
    const cpu = ((await cpuMs(agent.pid)) - before) / seconds;
    await load?.stop();
    await agent.stop();
    return {
      mean: readings.reduce((sum, each) => sum + each, 0) / readings.length,
      most: Math.max(...readings),
      cpu,
    };
  }

  const peer = await measure('quiet', {}, false);
  const ours = await measure('busy', everything(receiver.url), true);
  const [points, spans, records] = [receiver.points(), receiver.spans(), receiver.records()].map(
    (all) => all.length,
  );
  return {
    rows: [
      { what: 'memory, mean of the last seconds', unit: 'MB', ours: ours.mean, peer: peer.mean },
      { what: 'memory, most of the last seconds', unit: 'MB', ours: ours.most, peer: peer.most },
      { what: 'CPU a second', unit: 'ms', ours: ours.cpu, peer: peer.cpu },
    ],
    notes: [
      'Peer: the same agent without telemetry. Both have an Envoy, and the bundled program with the flags of the installed command.',
      `The receiver of OTLP got ${points} points, ${spans} spans and ${records} log records.`,
    ],
  };
};

/** Every input; outputs of each kind, of which one has a receiver. */
function everything(url: string): Readonly<Record<string, string>> {
  return {
    DAYBREAK_TELEMETRY_INPUTS: 'statsd,otlp,xray',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_METRICS_EXPORTER: 'otlp,emf,dogstatsd',
    DAYBREAK_EMF_NAMESPACE: 'Shop',
    STATSD_PORT: '9125',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '10000',
  };
}
