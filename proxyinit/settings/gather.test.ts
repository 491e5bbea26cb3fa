import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gather } from './gather.ts';

const CONFIGURATION = { properties: [{ name: 'AppPorts', value: '9080' }] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-gather-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('without a proxyConfiguration, no properties are read', async () => {
  const env = { APPMESH_APP_PORTS: '1' };
  expect(await gather({ guard: true }, env)).toMatchObject({
    flags: { guard: true },
    env,
    properties: {},
    problems: [],
  });
});

test('accepts JSON in the variable or in the flag, which wins', async () => {
  const env = { DAYBREAK_PROXY_CONFIGURATION: JSON.stringify(CONFIGURATION) };
  expect(await gather({}, env)).toMatchObject({ properties: { AppPorts: '9080' } });
  expect(await gather({ 'proxy-configuration': '{"properties":[]}' }, env)).toMatchObject({ properties: {} });
});

test('reads the file of a task definition', async () => {
  const file = join(folder, 'task-definition.json');
  await writeFile(file, JSON.stringify({ family: 'f', proxyConfiguration: CONFIGURATION }));
  expect(await gather({ 'proxy-configuration': file }, {})).toMatchObject({
    properties: { AppPorts: '9080' },
    problems: [],
  });
  const none = join(folder, 'none.json');
  expect((await gather({ 'proxy-configuration': none }, {})).problems).toEqual([
    { name: '--proxy-configuration', got: none, wanted: expect.stringContaining('ENOENT') },
  ]);
});

test("reads the task's metadata, with retries", async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.statusCode = asked.length < 3 ? 503 : 200;
    response.end(
      JSON.stringify({
        Containers: [{ Labels: { 'daybreak.proxyConfiguration': JSON.stringify(CONFIGURATION) } }],
      }),
    );
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  const env = {
    ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/c`,
    DAYBREAK_PROXY_CONFIGURATION: 'metadata',
  };
  expect(await gather({}, env)).toMatchObject({ properties: { AppPorts: '9080' }, problems: [] });
  expect(asked).toEqual(['/v4/c/task', '/v4/c/task', '/v4/c/task']);
  server.close();

  const away = await gather({}, env);
  expect(away.problems).toMatchObject([
    {
      name: 'DAYBREAK_PROXY_CONFIGURATION',
      got: 'metadata',
      wanted: expect.stringContaining('ECONNREFUSED'),
    },
  ]);
  const outside = await gather({ 'proxy-configuration': 'metadata' }, {});
  expect(outside.problems).toMatchObject([
    { name: '--proxy-configuration', wanted: expect.stringContaining('not an ECS task') },
  ]);
});
