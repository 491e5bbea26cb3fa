import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { makeMemoryCgroup, removeMemoryCgroup } from '../endings/testing/memory-cgroup.ts';
import { makeAgentHost, type AgentHost, type RunningAgent } from '../testing/agent-host.ts';
import { coldListener, refusedListener } from '../testing/control-plane.ts';

// Causes of docs/when-it-breaks.md between the agent and a real Envoy: each is made to happen, and its code is looked for.

const WAIT = { timeout: 120_000 };
let host: AgentHost;
let count = 0;
afterEach(() => host.remove());

async function makeHost(...listeners: Parameters<typeof makeAgentHost>[2] & object): Promise<AgentHost> {
  host = await makeAgentHost(`dbpi-${process.pid}-c${(count += 1)}`, undefined, listeners);
  return host;
}

/** Codes in the status, and those of the lines of the log. */
async function codes(agent: RunningAgent): Promise<readonly string[]> {
  const status = await agent.status().catch(() => undefined);
  return status?.daybreak.problems.map(({ code }) => code) ?? [];
}

const lineOf = (code: string): RegExp => new RegExp(`^\\{.*"code":"${code}"`, 'm');

async function answers(path: string): Promise<string> {
  return host.run('bash', '-c', `curl -s ${path}; true`);
}

describe.each(['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'])('%s', (variable) => {
  const envoy = { DAYBREAK_ENVOY: process.env[variable] ?? '' };

  test('CONFIG_REFUSED: Envoy refuses one listener and serves the others, which an agent without a control plane starts with', async () => {
    await makeHost(refusedListener());
    const state = join(host.folder, 'state');
    mkdirSync(state);
    chmodSync(state, 0o777);
    const env = { ...envoy, DAYBREAK_STATE_DIR: state };
    const agent = await host.start(env);
    await expect.poll(() => codes(agent), WAIT).toContain('CONFIG_REFUSED');
    await expect.poll(() => agent.output(), WAIT).toMatch(lineOf('CONFIG_REFUSED'));
    // Envoy says no before its workers have begun to listen.
    await expect.poll(() => answers('127.0.0.1:15000/'), WAIT).toBe('hello\n');
    await expect.poll(async () => (await agent.status()).daybreak.state.own.written, WAIT).toBeDefined();
    host.stopControlPlane();
    agent.kill('SIGKILL');
    await agent.ended;

    const again = await host.start(env);
    const state2 = async () => (await again.status().catch(() => undefined))?.envoyState;
    await expect.poll(state2, WAIT).toBe('LIVE');
    expect(await answers('127.0.0.1:15000/')).toBe('hello\n');
    expect(again.output()).not.toMatch(lineOf('CONFIG_REFUSED'));
  });

  test('PORT_TAKEN: another program holds the port of a listener', async () => {
    await makeHost();
    await host.take('0.0.0.0', 15_003);
    const agent = await host.start(envoy);
    await expect.poll(() => codes(agent), WAIT).toContain('PORT_TAKEN');
    await expect.poll(() => agent.output(), WAIT).toMatch(lineOf('PORT_TAKEN'));
    await expect.poll(() => answers('127.0.0.1:15000/'), WAIT).toBe('hello\n');
  });

  test('LISTENERS_NOT_WARM: a listener waits for routes that no control plane has', async () => {
    await makeHost(coldListener());
    const agent = await host.start({ ...envoy, HC_POLL_INTERVAL_MS: '2000' });
    await expect.poll(() => codes(agent), WAIT).toContain('LISTENERS_NOT_WARM');
    await expect.poll(() => agent.output(), WAIT).toMatch(lineOf('LISTENERS_NOT_WARM'));
  });
});

test('ENVOY_MISSING: there is no Envoy at DAYBREAK_ENVOY, or none on PATH', async () => {
  await makeHost();
  for (const env of [
    { DAYBREAK_ENVOY: '/nowhere/envoy' },
    { DAYBREAK_ENVOY: '', PATH: '/usr/sbin:/sbin:/bin' },
  ]) {
    const agent = await host.start(env);
    expect(await agent.ended).toBe(126);
    expect(agent.output()).toMatch(lineOf('ENVOY_MISSING'));
  }
});

test('ENVOY_CANNOT_RUN: the file at DAYBREAK_ENVOY is no program, or one for another processor', async () => {
  await makeHost();
  const foreign = Buffer.alloc(4096);
  foreign.write('\x7fELF\x02\x01\x01', 'latin1');
  foreign.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
  for (const [content, why] of [
    [Buffer.from('nothing'), 'is not a program'],
    [foreign, 'and this machine is'],
  ] as const) {
    const file = join(host.folder, 'envoy');
    writeFileSync(file, content, { mode: 0o755 });
    const agent = await host.start({ DAYBREAK_ENVOY: file });
    expect(await agent.ended).toBe(126);
    expect(agent.output()).toMatch(lineOf('ENVOY_CANNOT_RUN'));
    expect(agent.output()).toContain(why);
    // A restart cannot help.
    expect(agent.output().match(/started Envoy/g)?.length ?? 0).toBeLessThan(2);
  }
});

const MEMORY = 512 * 1024 * 1024;
const cgroup = makeMemoryCgroup(MEMORY);
afterAll(async () => {
  if (cgroup !== undefined) await removeMemoryCgroup(cgroup);
});

test.skipIf(cgroup === undefined)(
  'ENVOY_ENDED: the kernel kills Envoy for lack of memory, and the code says so',
  async () => {
    await makeHost();
    const program = 'const all = []; for (;;) all.push(Buffer.alloc(10_000_000, 1));';
    const file = join(host.folder, 'envoy');
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' -e '${program}'\n`, { mode: 0o755 });
    // `ip netns exec` mounts another /sys, which has no cgroups.
    const entered = `s|ip netns exec ${host.namespace}|nsenter --net=/run/netns/${host.namespace}|`;
    const shell = `echo $$ > ${cgroup}/cgroup.procs && sed '${entered}' agent > limited && exec sh limited`;
    const agent = await host.start({ DAYBREAK_ENVOY: file, APPNET_ENVOY_RESTART_COUNT: '1' }, shell);
    expect(await agent.ended).toBe(71);
    const ended = agent
      .output()
      .split('\n')
      .filter((line) => lineOf('ENVOY_ENDED').test(line));
    expect(ended).toHaveLength(2);
    for (const line of ended) expect(JSON.parse(line)).toMatchObject({ cause: 'out-of-memory' });
    expect(agent.output()).toMatch(lineOf('ENVOY_CRASH_LOOP'));
    expect(agent.output()).toContain('raise the memory limit of the container');
  },
);
