import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { until } from '../lab/until.ts';
import { backends, inputsOf, on } from './testing/inputs.ts';
import { openScene, type Scene } from './testing/scene.ts';

// Health checks of two gRPC servers by a caller that has sent no requests yet; one of the servers is NOT_SERVING from the start.

const PORT = 7501;
const STAT = `cluster.cds_egress_m_pair_grpc_${PORT}.`;

const is = inputsOf('m');

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'left' | 'right' | 'client'>;

  beforeAll(async () => {
    scene = await openScene('first-calls', variable, {
      inputs: () => [
        is.mesh(),
        is.node('pair', {
          listeners: [
            on(PORT, 'grpc', {
              healthCheck: {
                protocol: 'grpc',
                healthyThreshold: 2,
                unhealthyThreshold: 2,
                intervalMillis: 5000,
                // The healthy host answers each check, however late: without healthy hosts, Envoy would send calls to all.
                timeoutMillis: 60_000,
              },
            }),
          ],
          serviceDiscovery: { dns: { hostname: 'pair', responseType: 'ENDPOINTS' } },
        }),
        is.service('pair.local', { node: 'pair' }),
        is.node('client', { backends: backends(['pair.local']) }),
      ],
      hosts: {
        left: { dns: ['pair'], app: { grpc: [PORT] } },
        right: { dns: ['pair'], app: { grpc: [PORT], sick: [PORT] } },
        client: { resource: 'mesh/m/virtualNode/client' },
      },
    });
  });
  afterAll(() => scene?.close());

  const healthy = (count: number): Promise<true> =>
    until(
      `${count} of two hosts healthy`,
      async () => (await scene.actors.client.admin().stat(`${STAT}membership_healthy`)) === count,
    );

  /** Returns the number of answered calls per host. */
  async function answers(calls: number): Promise<Readonly<Record<string, number>>> {
    const tally: Record<string, number> = {};
    for (let sent = 0; sent < calls; sent += 1) {
      const { body = '' } = await scene.actors.client.caller.ask({
        kind: 'grpc',
        address: `${scene.lab.address}:${PORT}`,
        authority: 'pair.local',
        path: '/test.Colors/Red',
      });
      const who = body.split(' ')[0] ?? '';
      tally[who] = (tally[who] ?? 0) + 1;
    }
    return tally;
  }

  test('before the first call, each interval updates the health of every host, and that call reaches only a healthy host', async () => {
    await healthy(1);
    await scene.actors.right.feel(PORT, 'well');
    await healthy(2);
    await scene.actors.left.feel(PORT, 'sick');
    await healthy(1);
    expect(await scene.actors.client.admin().stat(`${STAT}upstream_rq_total`)).toBe(0);
    expect(await answers(20)).toEqual({ right: 20 });
  });
});
