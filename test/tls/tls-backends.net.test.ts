import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
} from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { envoyOf, ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { appMeshClient } from '../../demo/color-model.ts';
import { askFrom } from '../lab/clients/ask.ts';
import { startControlPlane, type ControlPlane } from '../lab/programs/control-plane.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import type { Program } from '../lab/programs/program.ts';
import { startSidecar } from '../lab/programs/sidecar.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { createAuthority, writePair, type Authority } from './testing/authority.ts';
import { untilExpired } from './testing/until-expired.ts';

// A virtual node whose application terminates TLS itself, without an Envoy, and whose listeners have no TLS settings: only the caller's client policy
// makes the caller use TLS.

const BACKEND = 'backend';
const meshName = 'm';

/** The backend's ports, and the TLS options of its application. */
const PORTS = {
  any: [9001, {}],
  old: [9002, { maxVersion: 'TLSv1.2' }],
  new: [9003, { minVersion: 'TLSv1.3' }],
  hybrid: [9004, { minVersion: 'TLSv1.3', ecdhCurve: 'X25519MLKEM768' }],
  /** Its listener is tcp; the others are http. */
  tcp: [9005, {}],
} as const;

describe.each(ENVOYS)('%s', (variable) => {
  let lab: Lab;
  let programs: Stage;
  let controlPlane: ControlPlane;
  let backend: Host;
  let client: Host;
  let servers: Authority;
  let app: Program | undefined;

  beforeAll(async () => {
    lab = await createLab({ name: 'tls-backends' });
    servers = await createAuthority();
    mkdirSync(folder(), { mode: 0o755 });
    writeFileSync(join(folder(), 'servers.pem'), servers.certificate);
    programs = await stage(lab, envoyOf(variable));
    controlPlane = await startControlPlane(await lab.host('control'), programs);
    backend = await lab.host(BACKEND);
    client = await lab.host('client');
    await createModel();
    await startApp({});
    const { xds } = controlPlane;
    await startSidecar(client, programs, {
      resource: `mesh/${meshName}/virtualNode/client`,
      xds,
      appPorts: '',
    });
    await until('an answer', async () => (await call('any')).status === 200, { limitMs: 120_000 });
  });
  afterAll(() => lab?.close());

  const folder = () => join(lab.folder, 'keys');

  async function createModel(): Promise<void> {
    const api = appMeshClient(controlPlane.endpoint);
    const listeners = Object.values(PORTS).map(([port]) => ({
      portMapping: { port, protocol: port === PORTS.tcp[0] ? ('tcp' as const) : ('http' as const) },
    }));
    const serviceDiscovery = { dns: { hostname: BACKEND } };
    const validation = { trust: { file: { certificateChain: join(folder(), 'servers.pem') } } };
    const clientPolicy = { tls: { validation } };
    const backends = [{ virtualService: { virtualServiceName: BACKEND, clientPolicy } }];
    await api.send(new CreateMeshCommand({ meshName }));
    await api.send(
      new CreateVirtualNodeCommand({
        meshName,
        virtualNodeName: BACKEND,
        spec: { listeners, serviceDiscovery },
      }),
    );
    await api.send(
      new CreateVirtualServiceCommand({
        meshName,
        virtualServiceName: BACKEND,
        spec: { provider: { virtualNode: { virtualNodeName: BACKEND } } },
      }),
    );
    await api.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'client', spec: { backends } }));
  }

  /** Restarts the backend's application, with a certificate that expires in `endsIn` milliseconds. */
  async function startApp(wanted: { readonly endsIn?: number }): Promise<void> {
    await app?.stop();
    const pair = join(folder(), 'backend');
    await writePair(pair, await servers.issue({ dns: [BACKEND], ...wanted }));
    const program = join(import.meta.dirname, 'testing/tls-app.ts');
    const ports = Object.values(PORTS).map(([port, options]) => `${port}=${JSON.stringify(options)}`);
    app = backend.spawn('app', process.execPath, [program, pair, ...ports]);
    await app.line(/ready/);
  }

  async function call(name: keyof typeof PORTS): Promise<{ readonly status: number; readonly body: string }> {
    const outcome = await askFrom(client, `http://${BACKEND}:${PORTS[name][0]}/`);
    if ('error' in outcome) throw new Error(outcome.error);
    return outcome;
  }

  test.each([
    ['any', 'TLSv1.3'],
    ['old', 'TLSv1.2'],
    ['new', 'TLSv1.3'],
    ['tcp', 'TLSv1.3'],
  ] as const)('a backend that accepts versions "%s" is called with %s', async (name, protocol) => {
    const { status, body } = await call(name);
    expect([status, body]).toEqual([200, expect.stringContaining(`"protocol":"${protocol}"`)]);
  });

  test('Envoy 1.40 offers X25519MLKEM768 by default, 1.37 does not', async () => {
    expect(await call('hybrid')).toMatchObject({ status: variable === 'DAYBREAK_ENVOY' ? 200 : 503 });
  });

  test('an expired certificate of a backend is rejected, even if an earlier session could be resumed', async () => {
    await untilExpired(async (endsIn) => {
      await startApp({ endsIn });
      await call('old');
      const { body } = await call('old');
      return body.includes('"isResumed":true') || undefined;
    });
    expect(await call('old')).toMatchObject({ status: 503 });
    expect(await call('any')).toMatchObject({ status: 503 });
  });

  /** Returns the problems of the client in the status. */
  async function problems(): Promise<readonly string[]> {
    const { proxies } = await controlPlane.status();
    const { problems: all = [] } = proxies.find(({ resource }) => resource.endsWith('/client')) ?? {};
    return all.map(({ where, what }) => `${where} ${what}`);
  }

  test('a backend that terminates TLS itself is not reported as a backend without TLS (it once was)', async () => {
    await startApp({});
    for (const name of ['any', 'tcp'] as const) {
      await until(name, async () => (await call(name)).status === 200);
    }
    await expect.poll(problems).toEqual([]);
  });

  test('an Envoy in front of the backend accepts only plain text, which is a problem in the status; TCP that it passes through works as before', async () => {
    const { xds } = controlPlane;
    const appPorts = Object.values(PORTS)
      .map(([port]) => port)
      .join(',');
    await startSidecar(backend, programs, {
      resource: `mesh/${meshName}/virtualNode/${BACKEND}`,
      xds,
      appPorts,
    });
    await until('in force', async () => (await call('any')).status === 503);
    await until('an Envoy that serves', async () => (await call('tcp')).status === 200);
    const http = Object.values(PORTS).slice(0, -1);
    await expect
      .poll(problems)
      .toEqual(
        http.map(([port]) =>
          expect.stringContaining(
            `the listener on port ${port} of virtual node backend takes no TLS, which the client policy asks for`,
          ),
        ),
      );
  });
});
