import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  appMeshClient,
  createColorModel,
  MESH,
  PORT,
  TELLER,
  updateWeights,
} from '../../demo/color-model.ts';
import { startControlPlane, type ControlPlane } from '../lab/programs/control-plane.ts';
import { openEnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { startPlainEnvoy } from '../lab/programs/plain-envoy.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';

// An Envoy without an agent, connected directly to the control plane, with each ADS variant and each of Envoy's two gRPC clients: App Mesh's own
// images use SotW through google_grpc.

let lab: Lab;
let programs: Stage;
let controlPlane: ControlPlane;

beforeAll(async () => {
  lab = await createLab({ name: 'ads' });
  programs = await stage(lab);
  controlPlane = await startControlPlane(await lab.host('control'), programs);
  await createColorModel(appMeshClient(controlPlane.endpoint), { 'colorteller-vn': 1 });
});
afterAll(() => lab?.close());

describe.each([
  ['delta', 'DELTA_GRPC', 'envoy'],
  ['sotw', 'GRPC', 'envoy'],
  ['sotw', 'GRPC', 'google'],
] as const)('%s (%s, %s_grpc)', (variant, apiType, grpcClient) => {
  test('a real Envoy receives its configuration, then a changed weight, and sends an ACK for both', async () => {
    const host = await lab.host(`envoy-${variant}-${grpcClient}`);
    const id = `mesh/${MESH}/virtualNode/colorgateway-vn`;
    const ads = controlPlane.xds.replace('http://', '');
    const envoy = startPlainEnvoy(host, programs, { id, ads, apiType, grpcClient });
    const admin = await openEnvoyAdmin(host);
    await until('Envoy live', () => admin.ready());
    const proxy = async () =>
      (await controlPlane.status()).proxies.find(({ peer }) => peer.startsWith(`${host.address}:`));
    await until('in sync', async () => (await proxy())?.state === 'in sync');
    expect(await proxy()).toMatchObject({
      variant,
      resource: `mesh/${MESH}/virtualNode/colorgateway-vn`,
      problems: [],
    });
    expect((await proxy())?.envoy).toMatch(/^envoy 1\.\d+\.\d+$/);
    await until(
      'the only weight',
      async () => JSON.stringify(weights(await admin.configDump())) === '{"colorteller-vn":1}',
    );

    await updateWeights(appMeshClient(controlPlane.endpoint), {
      'colorteller-blue-vn': 8,
      'colorteller-red-vn': 2,
    });
    const moved = { 'colorteller-blue-vn': 8, 'colorteller-red-vn': 2 };
    await until(
      'the new weights',
      async () => JSON.stringify(weights(await admin.configDump())) === JSON.stringify(moved),
    );
    await until('in sync again', async () => (await proxy())?.state === 'in sync');
    await until(
      'the old cluster gone',
      async () => !JSON.stringify(await admin.configDump()).includes('_colorteller-vn_'),
    );
    expect(await admin.stat('cluster_manager.cds.update_rejected')).toBe(0);
    expect(await admin.stat('listener_manager.lds.update_rejected')).toBe(0);

    await admin.close();
    await envoy.stop();
    await updateWeights(appMeshClient(controlPlane.endpoint), { 'colorteller-vn': 1 });
  });
});

/** Returns the weights of the route to the teller, by virtual node, from Envoy's config dump; a single target, which has none, has 1. */
function weights(configDump: unknown): Record<string, number> {
  const found: Record<string, number> = {};
  const search = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('name' in value && value.name === TELLER && 'routes' in value) collect(value.routes);
    for (const inner of Object.values(value)) search(inner);
  };
  const nodeOf = (cluster: unknown): string =>
    String(cluster).replace(`cds_egress_${MESH}_`, '').replace(`_http_${PORT}`, '');
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('weight' in value && 'name' in value && typeof value.weight === 'number')
      found[nodeOf(value.name)] = value.weight;
    if ('cluster' in value) found[nodeOf(value.cluster)] = 1;
    for (const inner of Object.values(value)) collect(inner);
  };
  search(configDump);
  return found;
}
