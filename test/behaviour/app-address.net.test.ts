import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/real-envoy.ts';
import { seenIn } from './caller.ts';
import { backends, inputsOf, on } from './inputs.ts';
import { openScene, type Role, type Scene } from './scene.ts';

// Applications that do not listen where Envoy looks for them by default: on the task's own address alone, or on `::1`.

const PORT = 7001;

const is = inputsOf('m');
const NODES = ['own', 'loopback'] as const;

const role = (host: (typeof NODES)[number], app: Role['app'], address: string): Role => ({
  ...(app === undefined ? {} : { app }),
  resource: `mesh/m/virtualNode/${host}`,
  appPorts: [PORT],
  env: { DAYBREAK_APP_ADDRESS: address },
});

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<(typeof NODES)[number] | 'client'>;

  beforeAll(async () => {
    scene = await openScene('app-address', variable, {
      inputs: () => [
        is.mesh(),
        ...NODES.flatMap((node) => [
          is.node(node, {
            listeners: [on(PORT, 'http')],
            serviceDiscovery: { dns: { hostname: node } },
          }),
          is.service(`${node}.local`, { node }),
        ]),
        is.node('client', { backends: backends(NODES.map((node) => `${node}.local`)) }),
      ],
      hosts: {
        // Its name leads to its own address.
        own: role('own', { host: 'own', http: [PORT] }, 'eth0'),
        loopback: role('loopback', { host: '::1', http: [PORT] }, '::1'),
        client: { resource: 'mesh/m/virtualNode/client' },
      },
    });
  });
  afterAll(() => scene?.close());

  test.each(NODES)('%s: the application answers', async (node) => {
    const outcome = await scene.actors.client.caller.ask({
      kind: 'http',
      url: `http://${scene.lab.address}:${PORT}/`,
      headers: { host: `${node}.local` },
    });
    expect(seenIn(outcome)).toMatchObject({ name: node, port: PORT });
    const requests = await scene.actors[node]
      .admin()
      .stat(`cluster.cds_ingress_m_${node}_http_${PORT}.upstream_rq_200`);
    expect(requests).toBeGreaterThan(0);
  });
});
