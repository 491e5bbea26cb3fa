// The log of an agent's container through Docker's driver `fluentd`, which ECS uses for FireLens, into the receiver fluentforward of a real OpenTelemetry
// Collector. Lines of the forms in docs/telemetry.md have to arrive, and one of the embedded metric format. The container has the programs of this machine, in an
// image without files. Needs Docker, root and DAYBREAK_ENVOY: `node test/long/telemetry/firelens.ts --otelcol-contrib FILE`.
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateMeshCommand, CreateVirtualGatewayCommand, type AppMeshClient } from '@aws-sdk/client-app-mesh';
import { execa } from 'execa';
import { appMeshClient } from '../../../demo/color-model.ts';
import { page } from '../../docs/pages.ts';
import { startDocker } from '../../docker/testing/dockerd.ts';
import { createLab } from '../../lab/lab.ts';
import { startControlPlane } from '../../lab/programs/control-plane.ts';
import { nodeFlags } from '../../lab/programs/node-flags.ts';
import { SIDECAR_UID } from '../../lab/programs/sidecar.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { formOf, sampleLines } from '../../telemetry/testing/captured.ts';
import { recordsIn, startCollector } from './receivers/collector.ts';
import { PATIENT } from './receivers/program.ts';

const PORT = 8080;
/** Folders of the machine that are also the container's. */
const SYSTEM = ['/usr', '/lib', '/lib64', '/bin'];
const { values } = parseArgs({ options: { 'otelcol-contrib': { type: 'string', default: 'otelcol' } } });

await using cleanup = new AsyncDisposableStack();
const lab = await createLab({ name: 'firelens' });
cleanup.defer(() => lab.close());
const collector = await startCollector(values['otelcol-contrib'], {
  address: lab.address,
  others: ['fluent'],
});
cleanup.defer(collector.stop);
const programs = await stage(lab);
const { endpoint, xds } = await startControlPlane(await lab.host('control'), programs);
const client = appMeshClient(endpoint);
await createGateway(client);
client.destroy();
const docker = await startDocker(lab);
cleanup.defer(() => docker.stop());
const empty = join(lab.folder, 'empty.tar');
await execa('tar', ['--create', '--file', empty, '--files-from', '/dev/null']);
await docker.run('import', empty, 'empty');

const folders = new Set([programs.node, programs.envoy, programs.daybreak].map((path) => dirname(path)));
const driver = { 'fluentd-address': `${lab.address}:${collector.ports.fluent}`, 'fluentd-async': 'true' };
const variables = {
  APPMESH_RESOURCE_ARN: 'mesh/shop/virtualGateway/door',
  APPMESH_XDS_ENDPOINT: xds,
  DAYBREAK_LOG_FORMAT: 'json',
  DAYBREAK_ENVOY: programs.envoy,
  PATH: '/usr/bin:/bin',
  OTEL_METRICS_EXPORTER: 'emf',
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
};
await docker.run(
  'run',
  '--detach',
  '--name',
  'envoy',
  '--log-driver',
  'fluentd',
  ...Object.entries(driver).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]),
  ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ...[...SYSTEM, ...folders].flatMap((folder) => ['--volume', `${folder}:${folder}:ro`]),
  '--tmpfs',
  '/tmp:mode=1777',
  '--user',
  `${SIDECAR_UID}`,
  'empty',
  programs.node,
  ...nodeFlags('agent'),
  programs.daybreak,
  'agent',
);
const address = await docker.run(
  'inspect',
  '--format',
  '{{.NetworkSettings.Networks.bridge.IPAddress}}',
  'envoy',
);

/** The driver's records, as FireLens gets them: the collector has their `log` as the body, and adds the tag. */
const records = (): readonly Readonly<Record<string, string>>[] =>
  recordsIn(collector.requests()).map(({ attributes: { 'fluent.tag': _tag, ...record }, body: log }) => ({
    ...record,
    log,
  }));

const SAMPLES = sampleLines(page('docs/telemetry.md'), 'FireLens');
for (const sample of SAMPLES) {
  const captured = await until(
    `a line as ${JSON.stringify(sample)}`,
    async () => {
      await docker.host
        .exec('curl', ['-s', '-m', '5', `http://${address}:${PORT}/orders`])
        .catch(() => undefined);
      return records().find((record) => formOf(record) === formOf(sample));
    },
    PATIENT,
  ).catch((error: unknown) => {
    for (const record of records()) process.stderr.write(`${JSON.stringify(record)}\n`);
    throw error;
  });
  process.stdout.write(`${JSON.stringify(captured)}\n`);
}
await until(
  'a line of the embedded metric format',
  async () => records().some(({ log = '' }) => log.includes('"_aws":{')),
  PATIENT,
);

async function createGateway(api: AppMeshClient): Promise<void> {
  await api.send(new CreateMeshCommand({ meshName: 'shop' }));
  const json = [
    { key: 'path', value: '%REQ(:PATH)%' },
    { key: 'status', value: '%RESPONSE_CODE%' },
    { key: 'trace', value: '%TRACE_ID%' },
  ];
  const logging = { accessLog: { file: { path: '/dev/stdout', format: { json } } } };
  const listeners = [{ portMapping: { port: PORT, protocol: 'http' as const } }];
  const virtualGatewayName = 'door';
  await api.send(
    new CreateVirtualGatewayCommand({ meshName: 'shop', virtualGatewayName, spec: { listeners, logging } }),
  );
}
