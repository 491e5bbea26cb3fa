import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from '../testing/agent-host.ts';

// The log file of an agent and a real Envoy, on a disk that becomes full.

let host: AgentHost;
let logs: string;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-lf`);
  logs = join(host.folder, 'logs');
  mkdirSync(logs);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=1777', 'tmpfs', logs]);
});

afterEach(() => {
  execFileSync('umount', ['--lazy', logs]);
  host.remove();
});

/** The numbers of the requests in all files, from the oldest line to the newest. */
function served(): readonly number[] {
  const rotated = readdirSync(logs).filter((name) => /^envoy\.log\.\d+$/.test(name));
  const text = [...rotated.toSorted(), 'envoy.log'].map((name) => readFileSync(join(logs, name), 'utf8'));
  return [...text.join('').matchAll(/^served \/(\d+)-x*$/gm)].map(([, number]) => Number(number));
}

test('the log file has every line in order over rotations; a full disk stops neither Envoy nor the agent, and lost lines are counted', async () => {
  const agent = await host.start({
    APPNET_ENVOY_LOG_DESTINATION: logs,
    APPNET_ENVOY_LOG_NAME: 'envoy.log',
    APPNET_AGENT_MAX_LOG_FILE_SIZE: '0.05',
    APPNET_AGENT_MAX_RETENTION_COUNT: '100',
  });
  await expect.poll(async () => (await agent.status().catch(() => undefined))?.envoyState).toBe('LIVE');
  const path = 'x'.repeat(1000);
  const ask = async (from: number, to: number) => {
    const url = `http://127.0.0.1:15000/[${from}-${to}]-${path}`;
    expect(await host.run('curl', '-s', '-w', '%{http_code}\n', url)).toBe(
      'hello\n200\n'.repeat(to - from + 1),
    );
  };
  const dropped = async () => (await agent.status()).daybreak.droppedOutputBytes;

  await ask(1, 200);
  await expect.poll(() => served().length).toBeGreaterThan(100);
  await expect.poll(() => readdirSync(logs).length).toBeGreaterThan(2);
  expect(readFileSync(join(logs, readdirSync(logs).toSorted()[1] ?? ''), 'utf8')).toMatch(
    /"program":"(agent|envoy)"/,
  );
  expect(agent.output()).toBe('');

  const filler = join(logs, 'filler');
  expect(() => writeFileSync(filler, Buffer.alloc(1024 * 1024))).toThrow('ENOSPC');
  await ask(201, 400);
  await expect.poll(() => agent.output()).toMatch(/"code":"LOG_FILE".*ENOSPC.*cannot write the log file/);
  await expect.poll(dropped).toBeGreaterThan(10_000);

  rmSync(filler);
  await ask(401, 500);
  await expect.poll(() => served().filter((number) => number > 400).length).toBeGreaterThan(0);
  const { envoyRestartCount, healthStatus } = await agent.status();
  expect([envoyRestartCount, healthStatus]).toEqual(['0', 'HEALTHY']);
  const droppedBytes = await dropped();
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);

  const numbers = served();
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  expect(numbers.at(-1)).toBe(500);
  // One line may be lost in part.
  expect(droppedBytes).toBeGreaterThan((500 - numbers.length - 1) * path.length);
  // The file may have been renamed since.
  const texts = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
  expect(texts.some((text) => text.includes('drained: no traffic left'))).toBe(true);
});
