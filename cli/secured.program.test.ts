import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OWNER, secretOf } from '../controlplane/auth/testing/signed-requests.ts';
import { startSecuredControlPlane, type SecuredControlPlane } from '../test/testing/secured-control-plane.ts';

// The operator's commands against a control plane with TLS and authentication.

const DAYBREAK = join(import.meta.dirname, 'main.ts');

let controlPlane: SecuredControlPlane;
beforeAll(async () => {
  controlPlane = await startSecuredControlPlane('--region', 'eu-west-1');
});
afterAll(async () => {
  await controlPlane.stop();
  controlPlane.remove();
});

async function daybreak(accessKeyId: string | undefined, args: readonly string[], input = '', ca = true) {
  const keys =
    accessKeyId === undefined
      ? {}
      : { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretOf(accessKeyId) };
  const { exitCode, stdout, stderr } = await execa(process.execPath, [DAYBREAK, ...args], {
    input,
    reject: false,
    extendEnv: false,
    env: {
      PATH: process.env['PATH'],
      HOME: '/proc/nonexistent',
      AWS_REGION: 'eu-west-1',
      DAYBREAK_ENDPOINT: controlPlane.endpoint,
      ...(ca ? { DAYBREAK_CA_FILE: controlPlane.files.cert } : {}),
      ...keys,
    },
  });
  return { exitCode, stdout, stderr };
}

// Names with characters that a signature, a path and a query each escape differently.
const DOCUMENTS = JSON.stringify([
  { meshName: "it's (a) mesh*" },
  {
    meshName: "it's (a) mesh*",
    virtualServiceName: '日本/a b+c%2F&d=e.local',
    spec: {},
    tags: [{ key: 'team', value: 'a+b c/é' }],
  },
]);

it('signs calls, and the control plane accepts them', async () => {
  expect(await daybreak('AKADMIN', ['apply', '-f', '-'], DOCUMENTS)).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  const again = await daybreak('AKADMIN', ['apply', '-f', '-', '--prune', '-l', 'team=a+b c/é'], DOCUMENTS);
  expect(again.stdout).toContain('0 created, 0 changed, 0 deleted, 2 unchanged.');
  const status = await daybreak('AKADMIN', ['status', '-o', 'json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ proxies: [] });
  const exported = await daybreak('AKADMIN', ['export', '--mesh', "it's (a) mesh*", '-o', 'json']);
  expect(JSON.parse(exported.stdout)).toEqual(
    (JSON.parse(DOCUMENTS) as object[]).map((each, index) => (index === 0 ? { ...each, spec: {} } : each)),
  );
});

it('reports calls that the control plane denies', async () => {
  const documents = JSON.stringify([{ meshName: 'm' }, { meshName: 'm', virtualNodeName: 'n', spec: {} }]);
  const ran = await daybreak('AKREADER', ['apply', '-f', '-'], documents);
  expect(ran.exitCode).toBe(1);
  expect(ran.stdout).toBe(
    'failed     mesh m\nnot tried  virtual node m/n\n0 created, 0 changed, 0 deleted, 0 unchanged, 1 failed, 1 not tried.',
  );
  expect(ran.stderr.split('\n')).toEqual([
    expect.stringMatching(
      /^daybreak: \(stdin\):1 \(document 1, mesh m\): User: .* is not authorized to perform: appmesh:CreateMesh .*\(AccessDeniedException\)$/,
    ),
    'daybreak: (stdin):1 (document 2, virtual node m/n): mesh m could not be made',
  ]);
  expect((await daybreak(undefined, ['get', 'mesh'])).stderr).toContain(
    '(MissingAuthenticationTokenException)',
  );
});

it('refuses an unknown certificate without --ca-file', async () => {
  const ran = await daybreak('AKADMIN', ['get', 'mesh'], '', false);
  expect(ran).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining(
      'no trusted authority signed its certificate: give the authority by --ca-file',
    ) as string,
  });
});

it('works in a mesh that another account shares', async () => {
  const shared = JSON.stringify({ meshName: 'shared', tags: [{ key: 'a', value: 'b' }] });
  expect((await daybreak('AKADMIN', ['apply', '-f', '-'], shared)).exitCode).toBe(0);
  const node = (name: string) => ({ virtualNodeName: name, spec: {}, tags: [{ key: 'a', value: 'b' }] });
  const within = ['--mesh', 'shared', '--mesh-owner', OWNER];
  const made = await daybreak(
    'AKGUEST',
    ['apply', '-f', '-', ...within],
    JSON.stringify([node('x'), node('y')]),
  );
  expect(made).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await daybreak('AKGUEST', ['get', 'mesh'])).stdout).toMatch(/^shared +111122223333 /m);
  expect((await daybreak('AKGUEST', ['get', 'vn', ...within])).stdout).toMatch(/^x [^]*\ny /m);
  // The mesh has the tag too, but only its owner can delete it.
  const prune = ['apply', '-f', '-', '--prune', '-l', 'a=b'];
  const kept = JSON.stringify({ meshName: 'shared', meshOwner: OWNER, ...node('x') });
  expect(await daybreak('AKGUEST', prune, kept)).toEqual({
    exitCode: 0,
    stdout:
      'unchanged  virtual node shared/x (version 1)\ndeleted    virtual node shared/y\n0 created, 0 changed, 1 deleted, 1 unchanged.',
    stderr: '',
  });
  expect((await daybreak('AKGUEST', ['delete', 'mesh', 'shared', '--mesh-owner', OWNER])).stderr).toBe(
    'daybreak: DeleteMesh: only the owner of a mesh, account 111122223333, can do that',
  );
  expect((await daybreak('AKGUEST', ['export', ...within])).stdout).toBe(
    'meshName: shared\nmeshOwner: "111122223333"\nvirtualNodeName: x\nspec: {}\ntags:\n  - key: a\n    value: b',
  );
});
