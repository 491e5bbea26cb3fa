import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateMeshCommand, CreateVirtualGatewayCommand } from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenLine } from '../../controlplane/ads/testing/access.ts';
import { requestCertificate } from '../../controlplane/discovery/testing/certificates.ts';
import { ANY_CREDENTIALS } from '../../controlplane/discovery/testing/cloud-map.ts';
import { startMoto, type Moto } from '../../controlplane/discovery/testing/moto.ts';
import { makeAuthority, type Authority } from '../../controlplane/tls/testing/certificates.ts';
import { envoyOf, ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { appMeshClient } from '../../demo/color-model.ts';
import { startControlPlane, type ControlPlane } from '../lab/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../lab/envoy-admin.ts';
import type { Host } from '../lab/host.ts';
import { allInSync } from '../lab/in-sync.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { startAgent } from '../lab/sidecar.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { writePair } from './testing/authority.ts';
import { knock } from './testing/knock.ts';

// A virtual gateway with three listeners: a certificate of ACM, which moto stands in for, one of the folder, and one that
// nobody has.

const PORTS = { acm: 8441, folder: 8442, nobody: 8443 } as const;
const OWN = 'arn:aws:acm:us-east-1:111122223333:certificate/own';
const GATEWAY = 'mesh/m/virtualGateway/gw';
const TOKEN = 'a-token';
const DAY = 24 * 60 * 60 * 1000;
const FRONT_PORT = 18443;
const NOBODY = 'arn:aws:acm:us-east-1:111122223333:certificate/nobody';

describe.each(ENVOYS)('%s', (variable) => {
  let moto: Moto;
  let lab: Lab;
  let programs: Stage;
  let control: Host;
  let gateway: Host;
  let envoy: EnvoyAdmin;
  let controlPlane: ControlPlane;
  let authority: Authority;

  beforeAll(async () => {
    lab = await createLab({ name: 'certificates' });
    programs = await stage(lab, envoyOf(variable));
    authority = await makeAuthority();
    moto = await startMoto(lab.address);
    control = await lab.host('control');
    gateway = await lab.host('gateway');
    await writeOwn('first.local');
    await openControlPlane();
    await openFront();
    const arn = await requestCertificate(moto.endpoint, 'acm.local', { exportable: true });
    await createModel({ acm: arn, folder: OWN, nobody: NOBODY });
    startAgent(gateway, programs, {
      resource: GATEWAY,
      xds: `control:${FRONT_PORT}`,
      appPorts: '',
      env: {
        DAYBREAK_XDS_CA_FILE: given('ca.pem', authority.pem),
        DAYBREAK_XDS_TOKEN_FILE: given('token', TOKEN),
      },
    });
    envoy = await openEnvoyAdmin(gateway);
    await until('live', () => envoy.ready(), { limitMs: 20_000 });
  });
  afterAll(async () => {
    await envoy?.close();
    await lab?.close();
    await moto?.stop();
  });

  const certificates = (): string => join(control.folder, 'certificates');

  async function writeOwn(name: string, lifetimeMs = 30 * DAY): Promise<void> {
    const { cert, key } = await authority.issue({ alternative: [{ type: 'dns', value: name }], lifetimeMs });
    const folder = join(certificates(), OWN);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'certificate.pem'), `${cert}${authority.pem}`);
    writeFileSync(join(folder, 'key.pem'), key);
  }

  /** A file for the agent. */
  function given(name: string, content: string): string {
    const path = join(gateway.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** An agent sends its token over TLS only. */
  async function openFront(): Promise<void> {
    const { cert, key } = await authority.issue({ alternative: [{ type: 'dns', value: 'control' }] });
    const pair = join(lab.folder, 'front');
    await writePair(pair, { chain: cert, privateKey: key });
    const args = [
      join(import.meta.dirname, 'testing/front.ts'),
      pair,
      `${FRONT_PORT}`,
      new URL(controlPlane.xds).host,
    ];
    await control.spawn('front', process.execPath, args).line(/ready/);
  }

  /** Kills it, and starts it again as one that asks proxies who they are. */
  async function reopenControlPlane(): Promise<void> {
    await endControlPlane();
    const tokens = join(control.folder, 'tokens');
    writeFileSync(tokens, tokenLine(TOKEN, [GATEWAY]));
    await openControlPlane('--tokens', tokens);
  }

  async function endControlPlane(): Promise<void> {
    controlPlane.program.kill('SIGKILL');
    await controlPlane.program.ended;
  }

  async function openControlPlane(...flags: readonly string[]): Promise<void> {
    controlPlane = await startControlPlane(control, programs, {
      flags: ['--certificates', certificates(), ...flags],
      env: {
        AWS_ENDPOINT_URL: moto.endpoint,
        AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
      },
    });
  }

  async function createModel(arns: Readonly<Record<keyof typeof PORTS, string>>): Promise<void> {
    const client = appMeshClient(controlPlane.endpoint);
    const listeners = Object.entries(arns).map(([name, certificateArn]) => ({
      portMapping: { port: PORTS[name as keyof typeof PORTS], protocol: 'http' as const },
      tls: { mode: 'STRICT' as const, certificate: { acm: { certificateArn } } },
    }));
    await client.send(new CreateMeshCommand({ meshName: 'm' }));
    await client.send(
      new CreateVirtualGatewayCommand({ meshName: 'm', virtualGatewayName: 'gw', spec: { listeners } }),
    );
  }

  /** The names in the certificate that a port shows. */
  async function shown(name: keyof typeof PORTS): Promise<string | undefined> {
    const outcome = await knock(gateway.address, PORTS[name], {});
    return 'certificate' in outcome ? outcome.certificate?.subjectAltName : undefined;
  }

  const problems = async (): Promise<readonly string[]> => {
    const { proxies } = await controlPlane.status();
    return proxies.flatMap((proxy) => proxy.problems.map(({ where, what }) => `${where} ${what}`));
  };

  test('a control plane that asks nobody who he is gives no key away: it says what to set, and no connection is taken', async () => {
    expect([await shown('acm'), await shown('folder')]).toEqual([undefined, undefined]);
    const [first, second, third, ...others] = await problems();
    for (const problem of [first, second])
      expect(problem).toMatch(/the key of .* set --tokens, --client-ca or --credentials/);
    expect(third).toMatch(/nothing is known of .*\/nobody/);
    expect(others).toEqual([expect.stringMatching(/\/nobody it cannot be asked since/)]);
    await reopenControlPlane();
  });

  test('each listener has the certificate that its ARN stands for; one that nobody has costs its own listener', async () => {
    await until('ACM', async () => (await shown('acm')) === 'DNS:acm.local');
    expect(await shown('folder')).toBe('DNS:first.local');
    expect(await shown('nobody')).toBeUndefined();
    expect(await problems()).toEqual([
      expect.stringMatching(/listener\/8443.* nothing is known of .*\/nobody/),
      expect.stringMatching(/\/nobody it cannot be asked since .*ResourceNotFoundException/),
    ]);
  });

  test('a certificate that is renewed in the folder is in force, and no listener was made anew', async () => {
    const before = await envoy.stat('listener_manager.listener_create_success');
    await writeOwn('second.local');
    await until('renewed', async () => (await shown('folder')) === 'DNS:second.local');
    expect(await envoy.stat('listener_manager.listener_create_success')).toBe(before);
  });

  test('an expired pair in the folder replaced a good one, and nobody said so', async () => {
    await writeOwn('expired.local', -DAY / 2);
    const says = async (what: string) => (await problems()).some((each) => each.startsWith(`${OWN} ${what}`));
    await until('the problem', () => says('what came in its place is not used: it expired at'));
    expect(controlPlane.program.stderr()).toContain('what came in its place is not used');
    // A control plane that starts with it alone knows of nothing better; the proxy does.
    await reopenControlPlane();
    await allInSync(controlPlane, 1);
    await until('the problem', () => says('it expired at'));
    expect(await shown('folder')).toBe('DNS:second.local');
    await writeOwn('third.local');
    await until('renewed', async () => (await shown('folder')) === 'DNS:third.local');
    await until('no problem', async () => !(await problems()).some((each) => each.startsWith(OWN)));
  });

  test('a control plane that starts while AWS is away takes no certificate from who has it', async () => {
    moto.pause();
    await reopenControlPlane();
    await allInSync(controlPlane, 1);
    await until('trouble', async () => (await problems()).some((each) => each.includes('no answer in 5 s')));
    expect((await problems()).filter((each) => each.includes('/listener/'))).toEqual([
      expect.stringMatching(/listener\/8443.* nothing is known of .*\/nobody/),
    ]);
    expect([await shown('acm'), await shown('folder')]).toEqual(['DNS:acm.local', 'DNS:third.local']);
    moto.resume();
  });

  test('a control plane that asks nobody any more takes no key from who has it', async () => {
    await endControlPlane();
    await openControlPlane();
    await allInSync(controlPlane, 1);
    // Only the one that it does not have.
    expect((await problems()).filter((each) => each.includes('/listener/'))).toEqual([
      expect.stringMatching(/listener\/8443.* nothing is known of .*\/nobody/),
    ]);
    expect([await shown('acm'), await shown('folder')]).toEqual(['DNS:acm.local', 'DNS:third.local']);
  });

  test('no key is in what the control plane writes', async () => {
    const { stdout } = await control.exec('grep', ['-rlE', 'PRIVATE KEY', control.folder], { check: false });
    expect(stdout.trim().split('\n')).toEqual([join(certificates(), OWN, 'key.pem')]);
  });
});
