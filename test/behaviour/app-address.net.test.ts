import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import type { ApplicationProblem } from '../../agent/application/watch-application.ts';
import type { Status } from '../../agent/status/status.ts';
import { askFrom } from '../lab/clients/ask.ts';
import { seenIn, type Outcome } from './testing/callers/caller.ts';
import { backends, inputsOf, on } from './testing/inputs.ts';
import { openScene, type Role, type Scene } from './testing/scene.ts';

// Applications that do not listen on Envoy's default address: only on the task's own address, or on `::1`. And the agent's report if no such address
// is configured.

const PORT = 7001;

const is = inputsOf('m');
const NODES = ['own', 'loopback'] as const;
const LOST = ['astray', 'away'] as const;

const role = (host: string, app: Role['app']): Role => ({
  ...(app === undefined ? {} : { app }),
  resource: `mesh/m/virtualNode/${host}`,
  appPorts: [PORT],
});

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<(typeof NODES)[number] | (typeof LOST)[number] | 'client'>;

  beforeAll(async () => {
    scene = await openScene('app-address', variable, {
      inputs: () => [
        is.mesh(),
        ...[...NODES, ...LOST].flatMap((node) => [
          is.node(node, {
            listeners: [on(PORT, 'http')],
            serviceDiscovery: { dns: { hostname: node } },
          }),
          is.service(`${node}.local`, { node }),
        ]),
        is.node('client', { backends: backends([...NODES, ...LOST].map((node) => `${node}.local`)) }),
      ],
      hosts: {
        // Its name resolves to its own address.
        own: { ...role('own', { host: 'own', http: [PORT] }), env: { DAYBREAK_APP_ADDRESS: 'eth0' } },
        loopback: {
          ...role('loopback', { host: '::1', http: [PORT] }),
          env: { DAYBREAK_APP_ADDRESS: '::1' },
        },
        astray: { ...role('astray', { host: 'astray', http: [PORT] }), env: { HC_POLL_INTERVAL_MS: '2000' } },
        away: { ...role('away', undefined), env: { HC_POLL_INTERVAL_MS: '2000' } },
        client: { resource: 'mesh/m/virtualNode/client' },
      },
    });
  });
  afterAll(() => scene?.close());

  const ask = (node: string): Promise<Outcome> =>
    scene.actors.client.caller.ask({
      kind: 'http',
      url: `http://${scene.lab.address}:${PORT}/`,
      headers: { host: `${node}.local` },
    });

  /** Returns the agent's report on the application of a host. */
  const said = async (node: (typeof LOST)[number] | 'own'): Promise<readonly ApplicationProblem[]> => {
    const answer = await askFrom(scene.actors[node].host, 'http://127.0.0.1:9902/status');
    if ('error' in answer) throw new Error(`no status of ${node}: ${answer.error}`);
    return (JSON.parse(answer.body) as Status).daybreak.application;
  };

  test.each(NODES)('%s: the application answers', async (node) => {
    expect(seenIn(await ask(node))).toMatchObject({ name: node, port: PORT });
    const requests = await scene.actors[node]
      .admin()
      .stat(`cluster.cds_ingress_m_${node}_http_${PORT}.upstream_rq_200`);
    expect(requests).toBeGreaterThan(0);
  });

  test('an application that listens elsewhere is a problem that names the address, before any request and after', async () => {
    const problem = expect.stringMatching(
      /^nothing listens on 127\.0\.0\.1:7001, but a process listens on (.+):7001: set DAYBREAK_APP_ADDRESS=\1$/,
    ) as string;
    await expect.poll(() => said('astray')).toMatchObject([{ port: PORT, failed: 0, problem }]);
    expect((await ask('astray')).status).toBe(503);
    await expect.poll(async () => (await said('astray'))[0]?.failed).toBeGreaterThan(0);
    const log = join(scene.actors.astray.host.folder, 'agent.log');
    await expect
      .poll(() => readFileSync(log, 'utf8'))
      .toContain(
        'the application cannot be reached: nothing listens on 127.0.0.1:7001, but a process listens on ',
      );
  });

  test('an application that starts late is a problem until it listens', async () => {
    await expect.poll(() => said('away')).toMatchObject([{ problem: 'nothing listens on 127.0.0.1:7001' }]);
    const program =
      "require('node:net').createServer((s) => s.end()).listen(7001, () => console.log('ready'))";
    await scene.actors.away.host.spawn('late', process.execPath, ['-e', program]).line(/^ready$/);
    await expect.poll(() => said('away')).toEqual([]);
  });

  test('a reachable application is not a problem', async () => {
    expect(await said('own')).toEqual([]);
  });
});
