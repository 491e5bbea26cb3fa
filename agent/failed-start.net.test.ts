import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from './testing/agent-host.ts';

// An agent that cannot start or serve logs one line, which names the setting that helps.

let host: AgentHost;
let count = 0;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-f${(count += 1)}`);
});

afterEach(() => host.remove());

/** Returns the only fatal message of a log, which has no stack trace. */
function fatalMessage(output: string): string {
  expect(output).not.toMatch(/ {4}at /);
  const fatal = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { level: string; msg: string })
    .filter(({ level }) => level === 'critical');
  expect(fatal).toHaveLength(1);
  return fatal[0]?.msg ?? '';
}

/** Runs the agent in its own mount namespace, with another file system in place of its folder. */
const mounted = (options: string, then = 'true') =>
  `exec unshare --mount sh -c 'mount -t tmpfs -o ${options} tmpfs runs && ${then} && exec agent'`;

describe('the run folder', () => {
  test.each<[string, RegExp, { env?: Record<string, string>; shell?: string }]>([
    ['does not exist', /\/nowhere .*ENOENT/, { env: { DAYBREAK_RUN_DIR: '/nowhere' } }],
    ["is root's", /\/root .*EACCES/, { env: { DAYBREAK_RUN_DIR: '/root' } }],
    ['is read-only', /\/runs .*EROFS/, { shell: mounted('ro') }],
    [
      'is full',
      /\/runs .*ENOSPC/,
      { shell: mounted('mode=777,size=4k', 'head -c 4096 /dev/zero > runs/other') },
    ],
    ['has no inode for a socket', /\/runs .*ENOSPC/, { shell: mounted('mode=777,nr_inodes=3') }],
    ['has no inode for a pipe', /\/runs .*No space/, { shell: mounted('mode=777,nr_inodes=5') }],
  ])('%s', async (_, place, { env = {}, shell }) => {
    const agent = await host.start(env, shell);
    expect(await agent.ended).toBe(1);
    const said = fatalMessage(agent.output());
    expect(said).toMatch(/^cannot create the agent folder in .* as uid 1337 .*: set DAYBREAK_RUN_DIR/);
    expect(said).toMatch(place);
  });
});

test.each([
  [9901, 'ENVOY_ADMIN_ACCESS_PORT'],
  [9902, 'APPNET_AGENT_HTTP_PORT'],
])('port %d is in use', async (port, setting) => {
  await host.take('127.0.0.1', port);
  const agent = await host.start();
  expect(await agent.ended).toBe(69);
  const said = fatalMessage(agent.output());
  expect(said).toMatch(
    new RegExp(`^cannot listen on 127.0.0.1 port ${port} .*EADDRINUSE.*: set ${setting} or`),
  );
  expect(host.runFolders()).toEqual([]);
});

test('with ENVOY_LOG_LEVEL=off, the agent says why it ends, and nothing else; it said nothing', async () => {
  await host.take('127.0.0.1', 9902);
  const agent = await host.start({ ENVOY_LOG_LEVEL: 'off' });
  expect(await agent.ended).toBe(69);
  expect(fatalMessage(agent.output())).toMatch(/^cannot listen on 127.0.0.1 port 9902 /);
  expect(agent.output().trim().split('\n')).toHaveLength(1);
});

test('if a port of Envoy is in use, Envoy serves the other ports, and the log and status name the port', async () => {
  await host.take('0.0.0.0', 15_000);
  const agent = await host.start();
  const status = async () => (await agent.status().catch(() => undefined)) ?? {};
  await expect.poll(status).toMatchObject({
    healthStatus: 'UNHEALTHY',
    initialConfigUpdateStatus: 'UPDATE_FAILED',
    daybreak: {
      relay: { refused: expect.stringMatching(/another program of this host listens on port 15000/) },
    },
  });
  await expect.poll(() => agent.output()).toMatch(/^\{.*another program of this host listens on port 15000/m);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(agent.output()).not.toMatch(/ {4}at /);
});
