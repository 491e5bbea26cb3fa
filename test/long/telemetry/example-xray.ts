// Starts each environment of App Mesh's Envoy image with X-Ray in a folder, such as a clone of aws/aws-app-mesh-examples, as it is written, with an
// endpoint added: agent and Envoy run as the virtual node or gateway of a real control plane, and a segment of a request has to reach the daemon's port.
// `node test/long/telemetry/example-xray.ts --folder DIR --envoy FILE [--envoy FILE]`
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  CreateMeshCommand,
  CreateVirtualGatewayCommand,
  CreateVirtualNodeCommand,
  type AppMeshClient,
} from '@aws-sdk/client-app-mesh';
import { readAgentSettings } from '../../../agent/settings/settings.ts';
import { errorText } from '../../../common/error-text.ts';
import { appMeshClient } from '../../../demo/color-model.ts';
import { startControlPlane } from '../../lab/programs/control-plane.ts';
import { openEnvoyAdmin } from '../../lab/clients/envoy-admin.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { startSidecar } from '../../lab/programs/sidecar.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { environmentsIn, type Environment } from '../examples/environments.ts';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, envoy: { type: 'string', multiple: true } },
});
const root = values.folder ?? '';
const PORT = 8080;
const PATIENT = { limitMs: 60_000 };

/** Prints the name in each segment that it gets. */
const DAEMON = `require('dgram').createSocket('udp4').on('message', (m) => console.log(JSON.parse(String(m).split('\\n')[1]).name)).bind(2000, '127.0.0.1')`;
const APPLICATION = `require('http').createServer((_, answer) => answer.end('hello')).listen(${PORT})`;

let failures = 0;
for (const envoy of values.envoy ?? []) {
  const lab = await createLab({ name: 'xrayex' });
  try {
    failures += await tryAll(lab, envoy);
  } finally {
    await lab.close();
  }
}
process.exitCode = failures === 0 ? 0 : 1;

async function tryAll(lab: Lab, envoy: string): Promise<number> {
  const programs = await stage(lab, envoy);
  const control = await lab.host('control');
  const { endpoint, xds } = await startControlPlane(control, programs);
  const client = appMeshClient(endpoint);
  const caller = await lab.host('caller');
  let failed = 0;

  async function start({ variables }: Environment, name: string): Promise<string> {
    const env = { ...withOwner(variables), APPMESH_XDS_ENDPOINT: xds };
    const { resource, tracing } = readAgentSettings(env);
    if (tracing?.kind !== 'xray') throw new Error('the settings have no tracer of X-Ray');
    const isGateway = resource.kind === 'virtualGateway';
    await create(client, resource, `${name}.local`);
    const host = await lab.host(name, { dns: [`${name}.local`] });
    const daemon = host.spawn('daemon', programs.node, ['-e', DAEMON]);
    if (!isGateway) host.spawn('app', programs.node, ['-e', APPLICATION]);
    const agent = await startSidecar(host, programs, {
      resource: '',
      xds,
      appPorts: isGateway ? '' : String(PORT),
      env,
    });
    const admin = await openEnvoyAdmin(host);
    await until('LIVE', () => admin.ready().catch(() => false), PATIENT);
    let segment: string | undefined;
    void daemon.line(/./).then((line) => (segment = line));
    await until(
      'a segment',
      async () => {
        await caller
          .exec('curl', ['-s', '-m', '5', `http://${host.address}:${PORT}/`])
          .catch(() => undefined);
        return segment !== undefined;
      },
      PATIENT,
    );
    await agent.stop();
    return segment ?? '';
  }

  for (const file of filesWithXRay()) {
    for (const environment of environmentsIn(readFileSync(join(root, file), 'utf8'))) {
      const isOn = /^(?:1|t|true)$/i.test(environment.variables['ENABLE_ENVOY_XRAY_TRACING'] ?? '');
      const place = `${file}:${environment.line}`;
      if (!isOn) continue;
      try {
        const name = `x${createHash('sha256').update(place).digest('hex').slice(0, 6)}`;
        process.stdout.write(`${place}: segment ${JSON.stringify(await start(environment, name))}\n`);
      } catch (error) {
        failed += 1;
        process.stdout.write(`NOT OK  ${place}: ${errorText(error)}\n`);
      }
    }
  }
  client.destroy();
  return failed;
}

/** A template leaves the owner of the mesh to its deployment. */
function withOwner(variables: Environment['variables']): Environment['variables'] {
  const made = Object.entries(variables).map(([name, value]) => [
    name,
    value.replace(/@(?!\d{12}\/)[^/]+\//, '@000000000000/'),
  ]);
  return Object.fromEntries(made) as Environment['variables'];
}

/** Creates the mesh and the virtual node or gateway, unless an earlier environment had them. */
async function create(
  client: AppMeshClient,
  { mesh, kind, name }: { readonly mesh: string; readonly kind: string; readonly name: string },
  hostname: string,
): Promise<void> {
  const listeners = [{ portMapping: { port: PORT, protocol: 'http' as const } }];
  const spec = { listeners, serviceDiscovery: { dns: { hostname } } };
  const sent = [
    () => client.send(new CreateMeshCommand({ meshName: mesh })),
    () =>
      kind === 'virtualGateway'
        ? client.send(
            new CreateVirtualGatewayCommand({
              meshName: mesh,
              virtualGatewayName: name,
              spec: { listeners },
            }),
          )
        : client.send(new CreateVirtualNodeCommand({ meshName: mesh, virtualNodeName: name, spec })),
  ];
  for (const send of sent) {
    await send().catch((error: Error) => {
      if (error.name !== 'ConflictException') throw error;
    });
  }
}

function filesWithXRay(): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/.git'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replace(/^\//, ''))
    .filter((file) => readFileSync(join(root, file), 'utf8').includes('ENABLE_ENVOY_XRAY_TRACING'))
    .sort();
}
