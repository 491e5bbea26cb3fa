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
import { startControlPlane, type ControlPlane } from '../lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import type { Host } from '../lab/host.ts';
import { allInSync } from '../lab/clients/in-sync.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { startAgent } from '../lab/programs/sidecar.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { writePair } from './testing/authority.ts';
import { knock } from './testing/knock.ts';

// A virtual gateway with three listeners: one with a certificate of ACM (moto takes the place of ACM), one with a certificate of the folder, and one
// whose certificate does not exist.

const PORTS = { acm: 8441, folder: 8442, missing: 8443 } as const;
const OWN = 'arn:aws:acm:us-east-1:111122223333:certificate/own';
const GATEWAY = 'mesh/m/virtualGateway/gw';
const TOKEN = 'a-token';
const DAY = 24 * 60 * 60 * 1000;
const FRONT_PORT = 18443;
const MISSING = 'arn:aws:acm:us-east-1:111122223333:certificate/missing';

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
    await createModel({ acm: arn, folder: OWN, missing: MISSING });
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
    await until('live', () => envoy.ready(), { limitMs: 120_000 });
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

  /** Writes a file for the agent. */
  function given(name: string, content: string): string {
    const path = join(gateway.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Starts a TLS front, because an agent sends its token over TLS only. */
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

  /** Kills the control plane, and restarts it with authentication of proxies. */
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

  /** Returns the names in the certificate that a port presents. */
  async function shown(name: keyof typeof PORTS): Promise<string | undefined> {
    const outcome = await knock(gateway.address, PORTS[name], {});
    return 'certificate' in outcome ? outcome.certificate?.subjectAltName : undefined;
  }

  const problems = async (): Promise<readonly string[]> => {
    const { proxies } = await controlPlane.status();
    return proxies.flatMap((proxy) => proxy.problems.map(({ where, what }) => `${where} ${what}`));
  };

  test('a control plane without authentication serves no private key: it names the missing flags, and the listeners accept no connection', async () => {
    expect([await shown('acm'), await shown('folder')]).toEqual([undefined, undefined]);
    const key = /the key of .* set --tokens, --client-ca, --credentials or --trust-domain/;
    await expect
      .poll(problems)
      .toEqual([
        expect.stringMatching(key),
        expect.stringMatching(key),
        expect.stringMatching(/nothing is known of .*\/missing/),
        expect.stringMatching(/\/missing requests have failed since/),
      ]);
    await reopenControlPlane();
  });

  test('each listener has the certificate of its ARN; a missing certificate affects only its own listener', async () => {
    await until('ACM', async () => (await shown('acm')) === 'DNS:acm.local');
    await until('the folder', async () => (await shown('folder')) === 'DNS:first.local');
    expect(await shown('missing')).toBeUndefined();
    await expect
      .poll(problems)
      .toEqual([
        expect.stringMatching(/listener\/8443.* nothing is known of .*\/missing/),
        expect.stringMatching(/\/missing requests have failed since .*ResourceNotFoundException/),
      ]);
  });

  test('a certificate that is renewed in the folder takes effect without a new listener', async () => {
    const before = await envoy.stat('listener_manager.listener_create_success');
    await writeOwn('second.local');
    await until('renewed', async () => (await shown('folder')) === 'DNS:second.local');
    expect(await envoy.stat('listener_manager.listener_create_success')).toBe(before);
  });

  test('an expired pair in the folder does not replace a valid one, and is a problem in the status (it once replaced it silently)', async () => {
    await writeOwn('expired.local', -DAY / 2);
    const says = async (what: string) => (await problems()).some((each) => each.startsWith(`${OWN} ${what}`));
    await until('the problem', () => says('what came in its place is not used: it expired at'));
    await expect.poll(() => controlPlane.program.stderr()).toContain('what came in its place is not used');
    // A control plane that starts with only this pair knows no better one; the proxy does.
    await reopenControlPlane();
    await allInSync(controlPlane, 1);
    await until('the problem', () => says('it expired at'));
    expect(await shown('folder')).toBe('DNS:second.local');
    await writeOwn('third.local');
    await until('renewed', async () => (await shown('folder')) === 'DNS:third.local');
    await until('no problem', async () => !(await problems()).some((each) => each.startsWith(OWN)));
  });

  test('a control plane that starts while AWS is unavailable removes no certificate from a proxy that has it', async () => {
    moto.pause();
    await reopenControlPlane();
    await allInSync(controlPlane, 1);
    await until('trouble', async () => (await problems()).some((each) => each.includes('no answer in 5 s')));
    expect((await problems()).filter((each) => each.includes('/listener/'))).toEqual([
      expect.stringMatching(/listener\/8443.* nothing is known of .*\/missing/),
    ]);
    expect([await shown('acm'), await shown('folder')]).toEqual(['DNS:acm.local', 'DNS:third.local']);
    moto.resume();
  });

  test('a control plane that no longer authenticates removes no key from a proxy that has it', async () => {
    await endControlPlane();
    await openControlPlane();
    await allInSync(controlPlane, 1);
    // Only the one whose certificate is missing.
    expect((await problems()).filter((each) => each.includes('/listener/'))).toEqual([
      expect.stringMatching(/listener\/8443.* nothing is known of .*\/missing/),
    ]);
    expect([await shown('acm'), await shown('folder')]).toEqual(['DNS:acm.local', 'DNS:third.local']);
  });

  test('no private key is in the files of the control plane', async () => {
    const { stdout } = await control.exec('grep', ['-rlE', 'PRIVATE KEY', control.folder], { check: false });
    expect(stdout.trim().split('\n')).toEqual([join(certificates(), OWN, 'key.pem')]);
  });
});
