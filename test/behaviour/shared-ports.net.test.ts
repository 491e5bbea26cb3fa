import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import { writeSelfSigned } from '../../controlplane/tls/testing/certificates.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import { request } from '../lab/clients/http.ts';
import { allInSync } from '../lab/clients/in-sync.ts';
import { startPlainEnvoy } from '../lab/programs/plain-envoy.ts';
import { writeRules } from '../lab/programs/sidecar.ts';
import { stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { seenIn } from './testing/callers/caller.ts';
import { startHolder, type Holder } from './testing/callers/holder.ts';
import { backends } from './testing/inputs.ts';
import { openScene, type Scene } from './testing/scene.ts';
import { BACKENDS, INPUTS, PORTS } from './testing/models/shared-ports.ts';

// Several backends on one port. The names of virtual services resolve to hosts on which no program listens; the servers are on other hosts, and send
// their names. One Envoy gets the addresses from its agent, the other from the control plane.

const PROXIES = 4;
const CALLERS = ['agent', 'plain'] as const;
type Caller = (typeof CALLERS)[number];
type HostName = Caller | 'open' | 'guarded' | 'server-1' | 'server-2' | 'at-1' | 'at-2' | 'spare' | 'at-both';

const TLS_PROGRAM = join(import.meta.dirname, 'testing/tls-program.ts');
const TLS_NAMES = ['one.example.com', 'two.example.com'];
const DRAIN = { DAYBREAK_LISTENER_DRAIN_S: '5' };
const HELD = 10;

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<HostName>;
  const holders = new Map<string, Holder>();
  const admins = new Map<string, EnvoyAdmin>();

  beforeAll(async () => {
    const tcp = [PORTS.databases, PORTS.twins, PORTS.alone, PORTS.pair];
    const caller = { resource: 'mesh/closed/virtualNode/caller', env: DRAIN };
    scene = await openScene('shared-ports', variable, {
      ipv6: true,
      inputs: () => INPUTS,
      hosts: {
        'server-1': { app: { tcp, http: [PORTS.mixed] } },
        'server-2': { app: { tcp: [...tcp, PORTS.mixed] } },
        'at-1': { dns: ['db1.local', 'web.local'] },
        'at-2': { dns: ['db2.local', 'queue.local'] },
        'at-both': { dns: ['twin-a.local', 'twin-b.local', 'pair-a.local', 'pair-b.local', ...TLS_NAMES] },
        spare: { dns: ['alone.local'], app: { tcp: [PORTS.databases] } },
        agent: caller,
        plain: {},
        open: { resource: 'mesh/open/virtualNode/plain' },
        guarded: { resource: 'mesh/open/virtualNode/guarded' },
      },
    });
    const programs = await stage(scene.lab, envoyOf(variable));
    await writeRules(scene.actors.plain.host, programs, '');
    startPlainEnvoy(scene.actors.plain.host, programs, {
      id: caller.resource,
      ads: scene.controlPlane.xds.replace('http://', ''),
      apiType: 'GRPC',
      drainSeconds: 5,
    });
    admins.set('agent', scene.actors.agent.admin());
    admins.set('plain', await openEnvoyAdmin(scene.actors.plain.host));
    for (const name of [...CALLERS, 'open', 'guarded'] as const)
      holders.set(name, await startHolder(scene.actors[name].host));
    const pem = { cert: join(scene.lab.folder, 'cert.pem'), key: join(scene.lab.folder, 'key.pem') };
    await writeSelfSigned(pem);
    for (const name of ['server-1', 'server-2'] as const) {
      const args = [TLS_PROGRAM, 'serve', name, `${PORTS.tls}`, pem.cert, pem.key];
      await scene.actors[name].host.spawn('tls', process.execPath, args).line(/^ready$/);
    }
    await allInSync(scene.controlPlane, PROXIES);
    await until('the plain one is LIVE', () => admin('plain').ready());
  });
  afterAll(() => scene?.close());

  const holder = (name: string) => holders.get(name) as Holder;
  const admin = (name: string) => admins.get(name) as EnvoyAdmin;
  const addressOf = (name: HostName, family: 4 | 6 = 4) =>
    family === 4 ? scene.actors[name].host.address : scene.actors[name].host.address6;

  /** Returns the name of the server that answers a connection. */
  async function answers(caller: string, host: string, port: number): Promise<string> {
    return Object.keys(await holder(caller).try({ host, port, count: 1 })).join();
  }

  async function setBackends(services: readonly string[]): Promise<void> {
    const url = `${scene.controlPlane.endpoint}/v20190125/meshes/closed/virtualNodes/caller`;
    const body = JSON.stringify({ spec: { backends: backends(services) } });
    expect(await request(url, { method: 'PUT', body })).toMatchObject({ status: 200 });
  }

  test.each(CALLERS)('%s: a single backend on a port is reached at any address', async (caller) => {
    expect(await answers(caller, 'db1.local', PORTS.databases)).toBe('server-1');
    expect(await answers(caller, addressOf('spare'), PORTS.databases)).toBe('server-1');
  });

  test('two tcp backends on one port are each reached at their own address, resolved by the agent or the control plane; with an agent, adding the second drains no connection', async () => {
    const to = { host: 'db1.local', port: PORTS.databases, count: HELD };
    await holder('agent').hold('before', to, true);
    await setBackends([...BACKENDS, 'db2.local']);
    for (const caller of CALLERS) {
      await until(`${caller}: the second one`, async () => {
        return (await answers(caller, 'db2.local', PORTS.databases)) === 'server-2';
      });
      // An Envoy that does not announce IPv6 listens on IPv4 only.
      for (const family of caller === 'agent' ? ([4, 6] as const) : ([4] as const)) {
        expect(await answers(caller, addressOf('at-1', family), PORTS.databases)).toBe('server-1');
        expect(await answers(caller, addressOf('at-2', family), PORTS.databases)).toBe('server-2');
      }
    }
    expect(await admin('agent').stat('listener_manager.listener_modified')).toBe(
      await admin('agent').stat('listener_manager.listener_in_place_updated'),
    );
    await outliveDrains(['agent'], 'before', HELD);
  });

  test.each(
    CALLERS,
  )('%s: on a shared port a connection to an address of no backend is closed, and reaches no server of the mesh', async (caller) => {
    expect(await answers(caller, addressOf('spare'), PORTS.databases)).toBe('closed');
  });

  test.each(
    CALLERS,
  )('%s: connections to two services with one address are closed, because Envoy cannot tell the services apart', async (caller) => {
    expect(await answers(caller, 'twin-a.local', PORTS.twins)).toBe('closed');
    expect(await answers(caller, 'twin-b.local', PORTS.twins)).toBe('closed');
  });

  test.each(CALLERS)('%s: two services with one address and one server are both reached', async (caller) => {
    expect(await answers(caller, 'pair-a.local', PORTS.pair)).toBe('server-2');
    expect(await answers(caller, 'pair-b.local', PORTS.pair)).toBe('server-2');
  });

  test('the conflict is a problem in the status of the control plane, if it resolves the addresses', async () => {
    const { proxies } = await scene.controlPlane.status();
    const plain = proxies.find(({ variant }) => variant === 'sotw');
    expect(plain?.problems).toContainEqual({
      where: `virtualService/twin-a.local/port/${PORTS.twins}`,
      what: expect.stringMatching(
        /^its address \S+ is that of virtual service twin-b\.local too: connections to it are closed$/,
      ) as string,
    });
  });

  test('the conflict is a problem in the status of the agent, if the agent resolves the addresses', async () => {
    const ask = "fetch('http://127.0.0.1:9902/status').then((answer) => answer.text()).then(console.log)";
    const { stdout } = await scene.actors.agent.host.exec(process.execPath, ['-e', ask]);
    const { names } = (
      JSON.parse(stdout) as { daybreak: { names: readonly { name: string; problem?: string }[] } }
    ).daybreak;
    expect(names.find(({ name }) => name === 'twin-a.local')?.problem).toMatch(
      /^address \S+ of twin-a\.local is also an address of twin-b\.local: Envoy cannot tell them apart on port 3307$/,
    );
    expect(names.find(({ name }) => name === 'db1.local')?.problem).toBeUndefined();
  });

  test.each(CALLERS)('%s: with HTTP and TCP backends on one port the address decides', async (caller) => {
    const port = PORTS.mixed;
    expect(await answers(caller, 'queue.local', port)).toBe('server-2');
    const ask = { kind: 'http' as const, url: `http://${addressOf('at-1')}:${port}/` };
    const asked = await scene.actors[caller].caller.ask({ ...ask, headers: { host: 'web.local' } });
    expect(seenIn(asked)).toMatchObject({ name: 'server-1', port });
  });

  test.each(CALLERS)('%s: on 443 the server name decides, even at one address', async (caller) => {
    const ask = async (serverName: string) => {
      const args = [TLS_PROGRAM, 'ask', addressOf('at-both'), `${PORTS.tls}`, serverName];
      return (await scene.actors[caller].host.exec(process.execPath, args)).stdout;
    };
    expect(await ask('one.example.com')).toBe('server-1');
    expect(await ask('two.example.com')).toBe('server-2');
    expect(await ask('three.example.com')).toBe('closed');
  });

  test('ALLOW_ALL: a connection to an address of no backend is let out, unless the client policy enforces TLS', async () => {
    expect(await answers('open', 'db2.local', PORTS.databases)).toBe('server-2');
    expect(await answers('open', addressOf('spare'), PORTS.databases)).toBe('spare');
    expect(await answers('guarded', addressOf('spare'), PORTS.databases)).toBe('closed');
  });

  test('a changed address cuts no open connection, and both addresses reach the server', async () => {
    for (const caller of CALLERS) {
      for (const name of ['db1.local', 'db2.local'])
        await holder(caller).hold('moved', { host: name, port: PORTS.databases, count: HELD }, true);
      expect(await answers(caller, addressOf('spare'), PORTS.databases)).toBe('closed');
    }
    await scene.lab.rename(scene.actors['at-2'].host, ['queue.local']);
    await scene.lab.rename(scene.actors.spare.host, ['db2.local', 'alone.local']);
    for (const caller of CALLERS) {
      await until(
        `the new address for ${caller}`,
        async () => (await answers(caller, addressOf('spare'), PORTS.databases)) === 'server-2',
        { limitMs: 120_000 },
      );
      expect(await answers(caller, addressOf('at-2'), PORTS.databases)).toBe('server-2');
      expect(await answers(caller, 'db1.local', PORTS.databases)).toBe('server-1');
    }
    await outliveDrains(CALLERS, 'moved', 2 * HELD);
  });

  /**
   * Expects the held connections to be alive after a removed filter chain has been drained together with its own connection: a drain that started
   * earlier would have ended before.
   */
  async function outliveDrains(callers: readonly Caller[], group: string, count: number): Promise<void> {
    const alone = { host: 'alone.local', port: PORTS.alone, count: 1 };
    for (const caller of callers) await holder(caller).hold(`witness of ${group}`, alone, false);
    await setBackends([...BACKENDS, 'db2.local'].filter((name) => name !== 'alone.local'));
    for (const caller of callers) {
      await until(
        `the witness of ${caller} is cut`,
        async () => (await holder(caller).look(`witness of ${group}`)).cut === 1,
        { limitMs: 120_000 },
      );
      expect(await holder(caller).look(group)).toEqual({ cut: 0, alive: count });
    }
    await setBackends([...BACKENDS, 'db2.local']);
    for (const caller of CALLERS) {
      await until(
        `${caller} has all backends again`,
        async () => (await answers(caller, alone.host, alone.port)) === 'server-1',
      );
    }
  }
});
