import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from '../testing/agent-host.ts';

let host: AgentHost;
const NAME = `dbpi-${process.pid}-h`;
beforeEach(async () => {
  host = await makeAgentHost(NAME);
});
afterEach(() => host.remove());

/** Connects two programs over 10.9.9.1, which belongs to another namespace, as `uid`, until the end of the test. */
async function connectOut(uid: number): Promise<void> {
  const script = `net.connect(7, '10.9.9.1').on('connect', () => console.log('connected')).on('error', console.log)`;
  const user = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const client = spawn('ip', ['netns', 'exec', NAME, 'setpriv', ...user, process.execPath, '-e', script]);
  const [said] = (await once(client.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe('connected\n');
}

test('connections past Envoy have a code: the application runs as uid 1337, or there are no rules', async () => {
  // A neighbour, so that the connections leave the host.
  const other = `${NAME}2`;
  const ip = (...args: readonly string[]) => execFileSync('ip', args);
  ip('netns', 'add', other);
  try {
    ip('-n', NAME, 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1', 'netns', other);
    ip('-n', NAME, 'addr', 'add', '10.9.9.2/24', 'dev', 'v0');
    ip('-n', NAME, 'link', 'set', 'v0', 'up');
    ip('-n', other, 'addr', 'add', '10.9.9.1/24', 'dev', 'v1');
    ip('-n', other, 'link', 'set', 'v1', 'up');
    const script = `net.createServer().listen(7, () => console.log('listening'))`;
    const server = spawn('ip', ['netns', 'exec', other, process.execPath, '-e', script]);
    await once(server.stdout, 'data');
    try {
      const agent = await host.start({ HC_POLL_INTERVAL_MS: '2000' });
      await connectOut(1000);
      await connectOut(1337);
      const codes = async () => {
        const status = (await agent.status().catch(() => undefined)) as
          | { daybreak: { problems: readonly { code: string; problem: string }[] } }
          | undefined;
        return status?.daybreak.problems.map(({ code, problem }) => `${code} ${problem}`) ?? [];
      };
      await expect
        .poll(codes)
        .toEqual([
          expect.stringMatching(/^APP_AS_PROXY_UID .*10\.9\.9\.1 port 7$/),
          expect.stringMatching(/^RULES_MISSING .*10\.9\.9\.1 port 7$/),
        ]);
      await expect.poll(() => agent.output()).toMatch(/"code":"APP_AS_PROXY_UID"/);
    } finally {
      server.kill('SIGKILL');
    }
  } finally {
    ip('netns', 'del', other);
  }
});
