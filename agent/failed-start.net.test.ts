import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from './testing/agent-host.ts';

// What a person reads of an agent that cannot start, or cannot serve: one line, which says what to set.

let host: AgentHost;
let count = 0;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-f${(count += 1)}`);
});

afterEach(() => host.remove());

/** What the agent said as its last word, of a log in which no stack is. */
function lastWord(output: string): string {
  expect(output).not.toMatch(/ {4}at /);
  const fatal = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { level: number; msg: string })
    .filter(({ level }) => level === 60);
  expect(fatal).toHaveLength(1);
  return fatal[0]?.msg ?? '';
}

/** The agent in a mount namespace of its own, with another file system where its folder is to be. */
const mounted = (options: string, then = 'true') =>
  `exec unshare --mount sh -c 'mount -t tmpfs -o ${options} tmpfs runs && ${then} && exec agent'`;

describe('the folder of the agent', () => {
  test.each<[string, RegExp, { env?: Record<string, string>; shell?: string }]>([
    ['is not there', /\/nowhere .*ENOENT/, { env: { DAYBREAK_RUN_DIR: '/nowhere' } }],
    ["is root's", /\/root .*EACCES/, { env: { DAYBREAK_RUN_DIR: '/root' } }],
    ['is read-only', /\/runs .*EROFS/, { shell: mounted('ro') }],
    [
      'is full',
      /\/runs .*ENOSPC/,
      { shell: mounted('mode=777,size=4k', 'head -c 4096 /dev/zero > runs/other') },
    ],
    ['takes no socket', /\/runs .*ENOSPC/, { shell: mounted('mode=777,nr_inodes=3') }],
    ['takes no pipe', /\/runs .*No space/, { shell: mounted('mode=777,nr_inodes=5') }],
  ])('%s', async (_, place, { env = {}, shell }) => {
    const agent = await host.start(env, shell);
    expect(await agent.ended).toBe(1);
    const said = lastWord(agent.output());
    expect(said).toMatch(
      /^cannot make a folder with what Envoy needs in .* as uid 1337 .*: set DAYBREAK_RUN_DIR/,
    );
    expect(said).toMatch(place);
  });
});

test.each([
  [9901, 'ENVOY_ADMIN_ACCESS_PORT'],
  [9902, 'APPNET_AGENT_HTTP_PORT'],
])('%d is taken', async (port, setting) => {
  await host.take('127.0.0.1', port);
  const agent = await host.start();
  expect(await agent.ended).toBe(1);
  const said = lastWord(agent.output());
  expect(said).toMatch(
    new RegExp(`^cannot listen on 127.0.0.1 port ${port} .*EADDRINUSE.*: set ${setting} or`),
  );
  expect(host.runFolders()).toEqual([]);
});

test('a port of Envoy is taken: it goes on with what it can have, and says which program is in its way', async () => {
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
  expect(agent.output()).toMatch(/^\{.*another program of this host listens on port 15000/m);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(agent.output()).not.toMatch(/ {4}at /);
});
