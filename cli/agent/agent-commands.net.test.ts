import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from '../../agent/testing/agent-host.ts';

// The operator's commands beside a running agent and a real Envoy.

const MAIN = join(import.meta.dirname, '../main.ts');

let host: AgentHost;
const NAME = `dbpi-${process.pid}-o`;
beforeEach(async () => {
  host = await makeAgentHost(NAME);
});
afterEach(() => host.remove());

/** Runs `daybreak agent …` in the namespace of the agent. */
function agent(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const command = ['netns', 'exec', NAME, process.execPath, MAIN, 'agent', ...args];
  const env = { PATH: process.env['PATH'], TMPDIR: join(host.folder, 'runs') };
  return new Promise((resolve) => {
    execFile('ip', command, { env, timeout: 120_000, cwd: host.folder }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test('status shows the proxy, and ready ends with 0, or with 1 and the reason', async () => {
  expect(await agent('ready')).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^daybreak: the agent at 127\.0\.0\.1:9902 does not answer: .*ECONNREFUSED/,
    ),
  });
  const running = await host.start();
  await expect.poll(async () => (await running.status().catch(() => undefined))?.envoyState).toBe('LIVE');
  expect(await agent('ready')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  await host.run('curl', '-s', '127.0.0.1:15000/');
  const { stdout } = await agent('status');
  expect(stdout).toMatch(/^mesh\/m\/virtualNode\/n: HEALTHY\n/);
  expect(stdout).toMatch(/^control plane +connected to unix:\S+ since 20/m);
  expect(stdout).toMatch(/^configuration +live, accepted \d+ s ago \(.*Listener [0-9a-f]+/m);
  expect(stdout).toMatch(/^http\.ingress +\d+ +\d+\.\d +0\.0$/m);
  const { healthStatus, traffic } = JSON.parse((await agent('status', '--json')).stdout) as Record<
    string,
    unknown
  >;
  expect({ healthStatus, traffic }).toMatchObject({
    healthStatus: 'HEALTHY',
    traffic: expect.arrayContaining([expect.objectContaining({ prefix: 'http.ingress' })]),
  });
});
