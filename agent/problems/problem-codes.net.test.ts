import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost, type RunningAgent } from '../testing/agent-host.ts';
import { coldListener, refusedListener } from '../testing/control-plane.ts';

// Causes of docs/when-it-breaks.md between the agent and a real Envoy: each is made to happen, and its code is looked for.

const WAIT = { timeout: 60_000 };
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
    expect(await answers('127.0.0.1:15000/')).toBe('hello\n');
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
    expect(await answers('127.0.0.1:15000/')).toBe('hello\n');
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
