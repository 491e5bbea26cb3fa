import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UpdateMeshCommand } from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openColorFixture, type ColorFixture } from './testing/color-lab.ts';
import { MESH, PORT, TELLER, type ColorNode, type Weights } from '../demo/color-model.ts';
import { shiftWeights } from '../demo/shift.ts';
import { startTraffic, type Tally } from '../demo/traffic.ts';
import { askFrom } from './lab/clients/ask.ts';
import { chanceBounds, isByChance } from './lab/net/share.ts';
import { SIDECAR_UID } from './lab/programs/sidecar.ts';
import { until } from './lab/until.ts';

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const WHITE = 'colorteller-vn';

let color: ColorFixture;
beforeAll(async () => {
  color = await openColorFixture('color', { [WHITE]: 1 });
});
afterAll(() => color?.close());

async function setEgressFilter(type: 'ALLOW_ALL' | 'DROP_ALL'): Promise<void> {
  await color.mesh.client.send(new UpdateMeshCommand({ meshName: MESH, spec: { egressFilter: { type } } }));
  await color.mesh.inSync();
}

test('the statistics that are closest to those of the metrics extension exist', async () => {
  expect(await color.send(1)).toMatchObject({ failures: 0 });
  const names = [
    'http.ingress.downstream_cx_active',
    'http.ingress.downstream_cx_total',
    'http.ingress.downstream_cx_rx_bytes_total',
    'http.ingress.downstream_cx_tx_bytes_total',
    'http.ingress.downstream_rq_total',
    ...['upstream_rq_total', 'upstream_rq_2xx', 'upstream_rq_time', 'upstream_cx_rx_bytes_total'].map(
      (name) => `cluster.cds_egress_${MESH}_${WHITE}_http_${PORT}.${name}`,
    ),
  ];
  const page = await readFile(join(import.meta.dirname, '../docs/metrics.md'), 'utf8');
  const { body } = await color.admin(GATEWAY).ask('/stats');
  const known = body.split('\n').map((line) => line.slice(0, line.indexOf(': ')));
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
  const last = (name: string): string => name.replace(/^cluster.*\./, '');
  expect(names.filter((name) => !page.includes(last(name)))).toEqual([]);
});

describe('weights', () => {
  const weights: Weights = { [BLUE]: 8, [RED]: 2 };
  let tally: Tally;
  let counters: Record<string, number>;
  const names: [ColorNode, string][] = [
    [GATEWAY, `cluster.cds_egress_${MESH}_${BLUE}_http_${PORT}.upstream_rq_total`],
    [GATEWAY, `cluster.cds_egress_${MESH}_${RED}_http_${PORT}.upstream_rq_total`],
    [GATEWAY, `cluster.cds_ingress_${MESH}_${GATEWAY}_http_${PORT}.upstream_rq_total`],
    [BLUE, `cluster.cds_ingress_${MESH}_${BLUE}_http_${PORT}.upstream_rq_total`],
    [RED, `cluster.cds_ingress_${MESH}_${RED}_http_${PORT}.upstream_rq_total`],
  ];
  const count = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      await Promise.all(
        names.map(async ([node, name]) => [`${node} ${name}`, await color.admin(node).stat(name)]),
      ),
    );

  beforeAll(async () => {
    await shiftWeights(color.mesh, weights);
    const before = await count();
    tally = await color.send(2000);
    const after = await count();
    counters = Object.fromEntries(
      names.map(([node, name]) => [name, (after[`${node} ${name}`] ?? 0) - (before[`${node} ${name}`] ?? 0)]),
    );
  });

  test('8 to 2: the shares of at least 2,000 requests are within the bounds that chance exceeds once in a million runs', () => {
    expect(tally).toMatchObject({ failures: 0, errors: {} });
    expect(tally.requests).toBeGreaterThanOrEqual(2000);
    const { min, max } = chanceBounds(tally.requests, 0.8);
    expect(tally.colors['blue']).toBeGreaterThanOrEqual(min);
    expect(tally.colors['blue']).toBeLessThanOrEqual(max);
    expect(isByChance(tally.colors['red'] ?? 0, tally.requests, 0.2)).toBe(true);
  });

  test('every request is in the counters of both Envoys: no request bypassed them', () => {
    expect(Object.values(counters)).toEqual([
      tally.colors['blue'],
      tally.colors['red'],
      tally.requests,
      tally.colors['blue'],
      tally.colors['red'],
    ]);
  });

  test('no request fails while the weights change ten times and whole clusters come and go', async () => {
    const traffic = startTraffic(color.mesh.url, 400);
    for (let move = 0; move < 10; move++) {
      await shiftWeights(
        color.mesh,
        [{ [WHITE]: 1 }, { [BLUE]: 1 }, { [RED]: 1, [WHITE]: 3 }][move % 3] as Weights,
      );
      await until('more requests', () => traffic.tally().requests >= 100 * (move + 1));
    }
    const { requests, failures, errors } = await traffic.stop();
    expect(requests).toBeGreaterThanOrEqual(1000);
    expect({ failures, errors }).toEqual({ failures: 0, errors: {} });
  });
});

describe('egress', () => {
  const other = 'http://colorteller-red.default.svc.cluster.local';

  test('DROP_ALL: a name that is not a backend gets 404 on the port of an HTTP backend', async () => {
    expect(await askFrom(color.host(GATEWAY), `${other}:${PORT}/`)).toMatchObject({ status: 404 });
  });

  test('DROP_ALL: on another port the connection is closed', async () => {
    const url = `http://${color.host(RED).address}:7777/`;
    expect(await askFrom(color.host(GATEWAY), url)).toEqual({ error: 'ECONNRESET' });
  });

  test("the sidecar's own user is not redirected: it reaches a host that is not a backend", async () => {
    const answer = await askFrom(color.host(GATEWAY), `${other}:${PORT}/`, { uid: SIDECAR_UID });
    expect(answer).toMatchObject({ status: 200, body: 'red' });
  });

  test('ALLOW_ALL: for a name that is not a backend, the request reaches the address that the app chose, on the backend port and others', async () => {
    await setEgressFilter('ALLOW_ALL');
    expect(await askFrom(color.host(GATEWAY), `${other}:${PORT}/`)).toMatchObject({
      status: 200,
      body: 'red',
    });
    const url = `${color.mesh.controlPlane.endpoint}/healthz`;
    expect(await askFrom(color.host(GATEWAY), url)).toMatchObject({ status: 200 });
    const backend = await askFrom(color.host(GATEWAY), `http://${TELLER}:${PORT}/`);
    expect(backend).toMatchObject({ status: 200 });
    await setEgressFilter('DROP_ALL');
    expect(await askFrom(color.host(GATEWAY), `${other}:${PORT}/`)).toMatchObject({ status: 404 });
  });

  test.each([
    'DROP_ALL',
    'ALLOW_ALL',
  ] as const)('%s: a connection directly to 15000 or 15001 is closed, from outside and inside, and never loops', async (filter) => {
    await setEgressFilter(filter);
    const { address } = color.host(GATEWAY);
    const accepted = `listener.0.0.0.0_15001.downstream_cx_total`;
    const before = await color.admin(GATEWAY).stat(accepted);
    for (const port of [15_000, 15_001]) {
      for (const [from, target] of [
        [color.host(RED), address],
        [color.host(GATEWAY), address],
        [color.host(GATEWAY), '127.0.0.1'],
      ] as const) {
        const uid = from === color.host(RED) ? { uid: SIDECAR_UID } : {};
        const outcome = await askFrom(from, `http://${target}:${port}/`, uid);
        expect({ port, target, outcome }).toEqual({
          port,
          target,
          outcome: { error: expect.stringMatching(/ECONNRESET|EPIPE/) as string },
        });
      }
    }
    expect((await color.admin(GATEWAY).stat(accepted)) - before).toBeLessThanOrEqual(3);
    await setEgressFilter('DROP_ALL');
  });
});
