// Installs X-Ray's SDKs for Node and Python into a folder of their own. Their segments have to leave the agent by OTLP as spans with the same ids, and
// the agent has to answer them about sampling. Needs npm, Python and pip: `node test/long/telemetry/xray-sdks.ts`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { startOtlpReceiver } from '../../../agent/telemetry/testing/otlp-receiver.ts';
import { portOf, startTelemetry } from '../../../agent/telemetry/testing/telemetry.ts';
import { until } from '../../lab/until.ts';

const SDKS = join(import.meta.dirname, 'sdks');
const folder = mkdtempSync(join(tmpdir(), 'xray-sdks-'));
await execa('npm', [
  'install',
  '--silent',
  '--no-audit',
  '--no-fund',
  '--prefix',
  folder,
  'aws-xray-sdk-core@3.12.0',
]);
const python = join(folder, 'python');
await execa('python3', ['-m', 'pip', 'install', '--quiet', '--target', python, 'aws-xray-sdk==2.15.0']);
try {
  await using receiver = await startOtlpReceiver();
  await using telemetry = await startTelemetry({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
    OTEL_TRACES_SAMPLER: 'always_on',
    DAYBREAK_TELEMETRY_INPUTS: 'xray',
  });
  const port = `${portOf(telemetry, 'xray')}`;
  const apps = {
    'shop-node': () =>
      execa('node', [join(SDKS, 'app.cjs'), port], { env: { NODE_PATH: join(folder, 'node_modules') } }),
    'shop-python': () => execa('python3', [join(SDKS, 'app.py'), port], { env: { PYTHONPATH: python } }),
  };
  for (const [service, run] of Object.entries(apps)) {
    const { stdout } = await run();
    if (stdout !== '1') throw new Error(`${service} got ${stdout} sampling rules instead of 1`);
    await until(
      'both spans',
      async () => receiver.spans().filter((span) => span.service === service).length === 2,
      {
        limitMs: 60_000,
      },
    );
    const spans = receiver.spans().filter((span) => span.service === service);
    const root = spans.find(({ parent }) => parent === '');
    const call = spans.find(({ parent }) => parent === root?.id);
    if (call?.trace !== root?.trace || call?.attributes['order'] !== 'blue') {
      throw new Error(`${service} has wrong spans: ${JSON.stringify(spans)}`);
    }
    process.stdout.write(
      `${service}: ${root?.name ?? ''} > ${call?.name ?? ''}, trace ${call?.trace ?? ''}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
