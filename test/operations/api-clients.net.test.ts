import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DescribeRouteCommand, ListVirtualNodesCommand } from '@aws-sdk/client-app-mesh';
import { appMeshClient, createColorModel, MODEL, NODES } from '../../demo/color-model.ts';

// The same mesh, created with the SDK in one control plane and with the `aws` command line in another, has to be equal.

const DAYBREAK = join(import.meta.dirname, '../../cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'daybreak-clients-'));
const stops: (() => unknown)[] = [];
let sdk: string;
let cli: string;

beforeAll(async () => {
  [sdk, cli] = await Promise.all([startControlPlane('sdk'), startControlPlane('cli')]);
});

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  rmSync(folder, { recursive: true });
});

async function startControlPlane(name: string): Promise<string> {
  const args = ['controlplane', '--data', join(folder, name), '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const program = execa(process.execPath, [DAYBREAK, ...args], {
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
  });
  stops.push(async () => {
    program.kill();
    await program;
  });
  const [ready] = (await once(program.stdout, 'data')) as [Buffer];
  return (JSON.parse(ready.toString()) as { api: string }).api;
}

/** Runs `aws appmesh` as users do, with any credentials. */
async function aws(endpoint: string, ...args: readonly string[]) {
  const command = process.env['DAYBREAK_AWS'];
  if (command === undefined)
    throw new Error('DAYBREAK_AWS names no AWS command line: `npm test` installs one and sets it');
  const env = {
    AWS_ENDPOINT_URL_APP_MESH: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  const { stdout, stderr, exitCode } = await execa(command, ['appmesh', ...args, '--output', 'json'], {
    env,
    reject: false,
  });
  return {
    stderr,
    exitCode,
    answer: stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>),
  };
}

const input = (name: string): [string, string] => [
  '--cli-input-json',
  `file://${join(MODEL, `${name}.json`)}`,
];

/** Removes times and unique ids, so that the two meshes can be compared. */
function comparable(value: unknown): unknown {
  const text = JSON.stringify(value, (key, inner: unknown) =>
    ['uid', 'createdAt', 'lastUpdatedAt', 'ResponseMetadata', '$metadata'].includes(key) ? undefined : inner,
  );
  return JSON.parse(text);
}

test('the color mesh created with @aws-sdk/client-app-mesh and with the aws command line is the same', async () => {
  const client = appMeshClient(sdk);
  await createColorModel(client, { 'colorteller-vn': 1 });

  const steps: [string, string][] = [
    ['create-mesh', 'mesh'],
    ...NODES.map((node): [string, string] => ['create-virtual-node', node]),
    ['create-virtual-router', 'colorteller-vr'],
    ['create-route', 'colorteller-route'],
    ['create-virtual-service', 'colorteller-vs'],
  ];
  for (const [operation, file] of steps) {
    expect(await aws(cli, operation, ...input(file))).toMatchObject({ exitCode: 0, stderr: '' });
  }

  const names = ['--mesh-name', 'default'];
  const listed = await aws(cli, 'list-virtual-nodes', ...names);
  const { virtualNodes } = await client.send(new ListVirtualNodesCommand({ meshName: 'default' }));
  expect(comparable(listed.answer?.['virtualNodes'])).toEqual(comparable(virtualNodes));
  expect(virtualNodes?.map(({ virtualNodeName }) => virtualNodeName)).toEqual([...NODES].toSorted());

  const route = { meshName: 'default', virtualRouterName: 'colorteller-vr', routeName: 'colorteller-route' };
  const args = ['--virtual-router-name', 'colorteller-vr', '--route-name', 'colorteller-route'];
  const described = await aws(cli, 'describe-route', ...names, ...args);
  expect(comparable(described.answer)).toEqual(
    comparable({ route: (await client.send(new DescribeRouteCommand(route))).route }),
  );

  const updated = await aws(cli, 'update-route', ...input('colorteller-route-canary'));
  expect(updated.answer).toMatchObject({ route: { metadata: { version: 2 }, status: { status: 'ACTIVE' } } });
});

test.each([
  ['a missing parent', ['list-virtual-nodes', '--mesh-name', 'nowhere'], 'NotFoundException', 'nowhere'],
  ['a duplicate', ['create-mesh', '--mesh-name', 'default'], 'ConflictException', 'default'],
  ['a mesh that is in use', ['delete-mesh', '--mesh-name', 'default'], 'ResourceInUseException', 'default'],
  [
    'a port out of range',
    ['create-virtual-router', '--mesh-name', 'default', '--virtual-router-name', 'r'].concat(
      '--spec',
      '{"listeners":[{"portMapping":{"port":70000,"protocol":"http"}}]}',
    ),
    'BadRequestException',
    '70000',
  ],
])("%s: the aws command line shows the error in App Mesh's words", async (_, args, exception, value) => {
  const { exitCode, stderr } = await aws(cli, ...args);
  // 254 from version 2 of the command line, 255 from version 1.
  expect(exitCode).toBeGreaterThanOrEqual(254);
  expect(stderr).toContain(`(${exception})`);
  expect(stderr).toContain(value);
});
