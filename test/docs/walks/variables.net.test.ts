import { chmodSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCUMENT } from '../../../controlplane/auth/testing/signed-requests.ts';
import { appMeshClient } from '../../../demo/color-model.ts';
import { blockOf } from '../../docker/testing/blocks.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../lab/clients/envoy-admin.ts';
import { request } from '../../lab/clients/http.ts';
import type { Host } from '../../lab/host.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { openLoopback, type Loopback } from '../../lab/net/loopback.ts';
import { startControlPlane, type ControlPlane } from '../../lab/programs/control-plane.ts';
import type { Program } from '../../lab/programs/program.ts';
import { startAgent } from '../../lab/programs/sidecar.ts';
import { stage, type Stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { createPair, FRONT } from '../../testing/pair-model.ts';
import { createAuthority } from '../../tls/testing/authority.ts';

// The number of variables that the README and docs/migrate.md promise: one on a trusted network, two on any other one, and a third if no public
// authority issued the control plane's certificate.

const NAME = 'control.local';

let lab: Lab;
let programs: Stage;
let control: Host;
let task: Host;
let admin: EnvoyAdmin;
let status: Loopback;
let controlPlane: ControlPlane;
beforeAll(async () => {
  lab = await createLab({ name: 'variables' });
  programs = await stage(lab);
  control = await lab.host('control', { dns: [NAME, 'first.local'] });
  task = await lab.host('task', { dns: ['front.local'] });
  [admin, status] = [await openEnvoyAdmin(task), await openLoopback(task, 9902)];
  controlPlane = await startControlPlane(control, programs);
  const client = appMeshClient(controlPlane.endpoint);
  await createPair(client);
  client.destroy();
}, 300_000);
afterAll(() => lab?.close());

/** Starts a task with the variables that it had with App Mesh's image, and `added`. Returns its agent. */
function startTask(
  { APPMESH_XDS_ENDPOINT: xds = '', ...added }: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Program {
  const before = { AWS_REGION: 'us-west-2', ENVOY_LOG_LEVEL: 'info', ENABLE_ENVOY_STATS_TAGS: '1' };
  return startAgent(task, programs, {
    resource: FRONT,
    xds,
    appPorts: '',
    env: { ...before, ...added, ...env },
  });
}

async function becomesLive(agent: Program): Promise<void> {
  try {
    await until('a LIVE Envoy', () => admin.ready(), { limitMs: 120_000 });
  } finally {
    await agent.stop();
  }
}

test('on a trusted network, a task needs one more variable, the one in the README', {
  timeout: 300_000,
}, async () => {
  const added = blockOf('README.md', '-  "image"')
    .filter((line) => line.startsWith('+') && !line.includes('"image"'))
    .map((line) => JSON.parse(line.slice(1)) as { readonly name: string; readonly value: string });
  expect(added.map(({ name }) => name)).toEqual(['APPMESH_XDS_ENDPOINT']);
  await becomesLive(
    startTask(Object.fromEntries(added.map(({ name, value }) => [name, value.replace('HOST', NAME)]))),
  );
});

describe('on any other network', () => {
  let authority: string;
  let authorityFile: string;
  let token: string;
  beforeAll(async () => {
    await controlPlane.program.stop();
    const file = async (name: string, text: string): Promise<string> => {
      const path = join(control.folder, name);
      await writeFile(path, text);
      chmodSync(path, 0o644);
      return path;
    };
    const issuer = await createAuthority();
    const { chain, privateKey } = await issuer.issue({ dns: [NAME] });
    authority = issuer.certificate;
    authorityFile = await file('authority.pem', authority);
    const tokens = join(control.folder, 'tokens.jsonl');
    const create = [programs.daybreak, 'token', 'create', '--node', FRONT, '--tokens', tokens];
    token = (await control.exec(programs.node, create)).stdout.trim();
    const where = ['--data', join(control.folder, 'model'), '--api', `${control.address}:8443`];
    const ads = ['--ads', `${control.address}:18443`, '--tokens', tokens];
    const tls = ['--tls-cert', await file('cert.pem', chain), '--tls-key', await file('key.pem', privateKey)];
    const who = ['--credentials', await file('credentials.json', JSON.stringify(DOCUMENT))];
    const flags = [...where, ...ads, ...tls, ...who];
    const secured = control.spawn('secured', programs.node, [programs.daybreak, 'controlplane', ...flags]);
    await secured.line(/"ready":true/);
  }, 300_000);

  const variables = () => ({ APPMESH_XDS_ENDPOINT: `${NAME}:18443`, DAYBREAK_XDS_TOKEN: token });

  test('a task needs a second variable, the token', { timeout: 300_000 }, async () => {
    // Node trusts this authority as it trusts a public one.
    await becomesLive(startTask(variables(), { NODE_EXTRA_CA_CERTS: authorityFile }));
  });

  test('a task needs a third variable if no public authority issued the certificate', {
    timeout: 300_000,
  }, async () => {
    const refused = startTask(variables());
    const code = async (): Promise<unknown> => {
      const { body } = await request('http://localhost/status', { socketPath: status.socketPath });
      return (JSON.parse(body) as { daybreak: { relay: { failure?: { code: string } } } }).daybreak.relay
        .failure?.code;
    };
    try {
      const limit = { limitMs: 120_000 };
      await until('the reason', async () => (await code()) === 'XDS_SERVER_CERTIFICATE', limit);
    } finally {
      await refused.stop();
    }
    await becomesLive(startTask({ ...variables(), DAYBREAK_XDS_CA: authority }));
  });
});
