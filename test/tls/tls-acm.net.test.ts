import type { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelFromInputs, FIXTURE_OWNER } from '../../controlplane/mesh/testing/resources.ts';
import { viewOf } from '../../controlplane/mesh/view.ts';
import { readFeatures } from '../../controlplane/translate/features.ts';
import { DEFAULT_SETTINGS } from '../../controlplane/translate/options.ts';
import { NO_EXTERNAL_INPUTS, type Certificate } from '../../controlplane/translate/external-inputs.ts';
import { envoyOf, ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { translate } from '../../controlplane/translate/translate.ts';
import { listenGrpc, type GrpcListener } from '../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../xds/grpc/server.ts';
import { createXdsServer } from '../../xds/server.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import type { Program } from '../lab/programs/program.ts';
import { SIDECAR_UID, startAgent } from '../lab/programs/sidecar.ts';
import { stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { createAuthority, writePair, type Authority } from './testing/authority.ts';
import { knock } from './testing/knock.ts';

// A virtual gateway with certificates that the control plane serves, one of which arrives late. The test sets the known certificates; they reach
// Envoy over ADS, through the agent.

const ARN = 'arn:aws:acm:us-east-1:000000000000:certificate/';
const NODE = 'mesh/m/virtualGateway/gw';
const PORTS = { known: 8441, late: 8442, socket: 8443, plain: 8080 } as const;

describe.each(ENVOYS)('%s', (variable) => {
  const known = new Map<string, Certificate>();
  const xds = createXdsServer({ keyOf: () => NODE });
  let ads: GrpcListener;

  let lab: Lab;
  let gateway: Host;
  let agent: Program;
  let envoy: EnvoyAdmin;
  let authority: Authority;

  beforeAll(async () => {
    authority = await createAuthority();
    lab = await createLab({ name: 'acm' });
    const programs = await stage(lab, envoyOf(variable));
    gateway = await lab.host('gateway');
    const grpc = createGrpcServer();
    xds.addTo(grpc);
    ads = await listenGrpc(grpc, { host: lab.address, port: 0 });
    await learn('known', 'first.local');
    // No server listens there yet.
    const env = { APPMESH_SDS_SOCKET_PATH: join(gateway.folder, 'sds.sock') };
    const options = { resource: NODE, xds: `http://${lab.address}:${ads.port}`, appPorts: '', env };
    agent = startAgent(gateway, programs, options);
    envoy = await openEnvoyAdmin(gateway);
    await until('live', () => envoy.ready(), { limitMs: 120_000 });
  });

  afterAll(async () => {
    ads?.close();
    await envoy?.close();
    await lab?.close();
  });

  /** Sets a certificate with that name, issued for a host, from now on. */
  async function learn(name: string, dns: string): Promise<void> {
    const pair = await authority.issue({ dns: [dns] });
    known.set(`${ARN}${name}`, { ...pair, authority: authority.certificate });
    serve();
  }

  function serve(): void {
    const listener = (name: 'known' | 'late') => ({
      portMapping: { port: PORTS[name], protocol: 'http' },
      tls: { mode: 'STRICT', certificate: { acm: { certificateArn: `${ARN}${name}` } } },
    });
    const socket = { mode: 'STRICT', certificate: { sds: { secretName: 'app' } } };
    const listeners = [
      listener('known'),
      listener('late'),
      { portMapping: { port: PORTS.socket, protocol: 'http' }, tls: socket },
      { portMapping: { port: PORTS.plain, protocol: 'http' } },
    ];
    const model = modelFromInputs([
      { meshName: 'm', spec: {} },
      { meshName: 'm', virtualGatewayName: 'gw', spec: { listeners } },
    ]);
    const at = { owner: FIXTURE_OWNER, mesh: 'm', parent: '', name: 'gw' };
    const view = viewOf(model, { ...at, kind: 'virtualGateway' });
    if (view === undefined) throw new Error('the model has no gateway');
    const found = { ...NO_EXTERNAL_INPUTS, certificate: (arn: string) => known.get(arn) };
    const options = { ...readFeatures({ sds: true, files: true }), ...DEFAULT_SETTINGS };
    xds.set(NODE, translate(view, options, found).snapshot);
  }

  const visit = (name: keyof typeof PORTS) =>
    knock(gateway.address, PORTS[name], name === 'plain' ? undefined : {});

  async function certificateOf(name: keyof typeof PORTS): Promise<X509Certificate | undefined> {
    const outcome = await visit(name);
    return 'certificate' in outcome ? outcome.certificate : undefined;
  }

  test('an unknown certificate affects only its own listener, which accepts no connection', async () => {
    expect(await visit('plain')).toMatchObject({ status: 404 });
    await until('known', async () => (await certificateOf('known'))?.subjectAltName === 'DNS:first.local');
    expect(await visit('late')).toHaveProperty('error');
    expect(await knock(gateway.address, PORTS.late)).toHaveProperty('error');
    expect(
      await envoy.stat(
        `listener.0.0.0.0_${PORTS.late}.server_ssl_socket_factory.downstream_context_secrets_not_ready`,
      ),
    ).toBeGreaterThan(0);
  });

  test('a secret discovery server that starts late affects only its own listener', async () => {
    expect(await visit('socket')).toHaveProperty('error');
    const { folder } = gateway;
    await writePair(join(folder, 'app'), await authority.issue({ dns: ['from-sds'] }));
    await writeFile(join(folder, 'ca.pem'), authority.certificate);
    const program = join(import.meta.dirname, 'testing/sds-server.ts');
    const server = gateway.spawn('sds', process.execPath, [program, join(folder, 'sds.sock'), folder]);
    await server.line(/ready/);
    await gateway.exec('chown', [`${SIDECAR_UID}`, join(folder, 'sds.sock')]);
    await until('sds', async () => (await certificateOf('socket'))?.subjectAltName === 'DNS:from-sds', {
      limitMs: 120_000,
    });
  });

  test('the listener accepts connections once its certificate is known', async () => {
    await learn('late', 'late.local');
    await until('late', async () => (await certificateOf('late'))?.subjectAltName === 'DNS:late.local');
  });

  test('a renewed certificate takes effect without a new listener', async () => {
    const before = await envoy.stat('listener_manager.listener_create_success');
    await learn('known', 'second.local');
    await until('renewed', async () => (await certificateOf('known'))?.subjectAltName === 'DNS:second.local');
    expect(await envoy.stat('listener_manager.listener_create_success')).toBe(before);
    expect(await envoy.stat('listener_manager.listener_modified')).toBe(0);
  });

  test("the key is neither in the agent's output nor in its files", async () => {
    const key = known.get(`${ARN}known`)?.privateKey.split('\n')[1] ?? 'no key';
    const { stdout } = await gateway.exec('grep', ['-rlF', key, gateway.folder], { check: false });
    expect(stdout).toBe('');
    expect(agent.stdout() + agent.stderr()).not.toContain(key);
  });

  test('an Envoy that restarts without the control plane has its certificates', async () => {
    ads.close();
    const { stdout } = await gateway.exec('pgrep', ['-P', `${agent.pid}`]);
    await gateway.exec('kill', ['-9', ...stdout.trim().split('\n')]);
    await until('back', async () => (await certificateOf('known'))?.subjectAltName === 'DNS:second.local', {
      limitMs: 120_000,
    });
    await until('late', async () => (await certificateOf('late'))?.subjectAltName === 'DNS:late.local');
  });
});
