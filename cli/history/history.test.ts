import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient, type Client } from '../client/client.ts';
import { makeAll, routeSpec } from '../../controlplane/api/testing/test-api.ts';
import { startConsole, type TestConsole } from '../../controlplane/console/testing/test-console.ts';
import { NO_CREDENTIALS } from '../testing/control-plane.ts';
import { history, type HistoryOptions } from './history.ts';

let test: TestConsole;
let client: Client;
beforeEach(async () => {
  test = await startConsole('none');
  await test.api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = test.api.app.server.address() as { port: number };
  client = createClient({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1' }, NO_CREDENTIALS);
  await makeAll(test.api);
});
afterEach(async () => {
  client.close();
  await test.close();
});

async function run(options: Partial<HistoryOptions>): Promise<string> {
  let printed = '';
  const stdout = { write: (text: string) => (printed += text) };
  await history(client, { mesh: 'colors', limit: '50', output: 'table', ...options }, stdout);
  return printed;
}

it('lists who changed what, and undoes a change', async () => {
  const route = { kind: 'route', parent: 'router', name: 'all' };
  await test.api.call('PUT', '/meshes/colors/virtualRouter/router/routes/all', { spec: routeSpec(7) });
  const lines = (await run(route)).trimEnd().split('\n');
  expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    'CHANGE AT BY SOURCE WHAT RESOURCE',
    expect.stringMatching(/^8\.1 2023-11-14T\S+ - api update route\/router\/all$/),
    expect.stringMatching(/^4\.1 2023-11-14T\S+ - api create route\/router\/all$/),
  ]);
  expect(await run({ undo: '8.1' })).toBe('route/router/all: UpdateRoute\n');
  expect(await run({ undo: '8.1' })).toBe('route/router/all: has the state before the change already\n');
  const { changes } = JSON.parse(await run({ ...route, output: 'json' })) as { changes: object[] };
  expect(changes).toHaveLength(3);
  await expect(run({ kind: 'route' })).rejects.toThrow('--kind and --name are given together');
});
