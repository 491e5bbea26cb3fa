import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackage } from '../images/testing/install-package.ts';
import { startControlPlane } from './lab/programs/control-plane.ts';
import { allInSync } from './lab/clients/in-sync.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { SIDECAR_UID } from './lab/programs/sidecar.ts';
import { stage } from './lab/stage.ts';
import { until } from './lab/until.ts';

// The npm package with a real Envoy: a control plane and an agent from the package, each on its own host.

const MODEL = `meshName: apps
---
meshName: apps
virtualNodeName: web
spec: { listeners: [{ portMapping: { port: 8080, protocol: http } }], serviceDiscovery: { dns: { hostname: web } } }
`;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ name: 'package' });
});
afterAll(() => lab?.close());

test('an agent of the installed package starts its Envoy with the configuration of an installed control plane', async () => {
  const folder = join(lab.folder, 'package');
  await mkdir(folder);
  const daybreak = await installPackage(folder);
  const { envoy } = await stage(lab);
  const control = await lab.host('control');
  const web = await lab.host('web');
  // The installed command starts Node itself.
  const controlPlane = await startControlPlane(control, { node: 'env', envoy, daybreak });
  await writeFile(join(folder, 'model.yaml'), MODEL);
  await web.exec(daybreak, ['apply', '-f', join(folder, 'model.yaml'), '--endpoint', controlPlane.endpoint]);
  const agent = web.spawn('agent', daybreak, ['agent'], {
    uid: SIDECAR_UID,
    env: {
      APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/web',
      APPMESH_XDS_ENDPOINT: controlPlane.xds,
      DAYBREAK_ENVOY: envoy,
    },
  });
  await allInSync(controlPlane, 1);
  const state = async () =>
    (await web.exec('curl', ['--silent', 'http://127.0.0.1:9901/ready'])).stdout.trim();
  await until('a LIVE Envoy', async () => (await state()) === 'LIVE');
  agent.kill('SIGTERM');
  expect(await agent.ended).toEqual({ code: 0, signal: undefined });
});
