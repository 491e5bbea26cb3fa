import { afterEach, expect, it, vi } from 'vitest';
import { createClient } from '../client/client.ts';
import { secretOf } from '../../controlplane/auth/testing/signed-requests.ts';
import { startConsole, type TestConsole } from '../../controlplane/console/testing/test-console.ts';
import { NO_CREDENTIALS } from '../testing/control-plane.ts';
import { openConsole } from './console.ts';

let test: TestConsole;
afterEach(async () => {
  vi.unstubAllEnvs();
  await test.close();
});

async function run(output: 'text' | 'json', env: NodeJS.ProcessEnv): Promise<string> {
  await test.api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = test.api.app.server.address() as { port: number };
  const endpoint = `http://127.0.0.1:${port}`;
  test.api.clock.now = Date.now();
  const client = createClient({ endpoint, region: 'eu-west-1' }, env);
  let printed = '';
  const stdout = { write: (text: string) => (printed += text) };
  await openConsole(client, { endpoint, output, open: false }, stdout, {});
  client.close();
  return printed;
}

it('prints a link that signs its caller in', async () => {
  test = await startConsole();
  // The SDK's chain of providers reads the environment itself.
  const keys = { AWS_ACCESS_KEY_ID: 'AKREADER', AWS_SECRET_ACCESS_KEY: secretOf('AKREADER') };
  for (const [name, value] of Object.entries(keys)) vi.stubEnv(name, value);
  const { url } = JSON.parse(await run('json', { ...NO_CREDENTIALS, ...keys })) as { url: string };
  const answer = await fetch(url, { redirect: 'manual' });
  const leadsTo = new URL(answer.headers.get('location') ?? '', url).pathname;
  expect([answer.status, leadsTo]).toEqual([303, '/console/']);
  expect(answer.headers.get('set-cookie')).toContain('HttpOnly');
});

it('prints the address of the console if authentication is off', async () => {
  test = await startConsole('none');
  expect(await run('text', NO_CREDENTIALS)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/console\/\n$/);
});
