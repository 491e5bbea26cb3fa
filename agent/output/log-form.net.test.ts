import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ENVOY, makeAgentHost, type AgentHost, type RunningAgent } from '../testing/agent-host.ts';

// The form of the log lines of an agent and a real Envoy.

let host: AgentHost;
let count = 0;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-l${(count += 1)}`);
});

afterEach(() => host.remove());

test('a start has fewer than 25 log lines, all of them JSON objects with the same fields', async () => {
  const agent = await host.start();
  await live(agent);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  const lines = agent.output().trim().split('\n');
  const start = lines.slice(0, lines.findIndex((line) => line.includes('"Envoy is LIVE"')) + 1);
  expect(start.length).toBeGreaterThan(5);
  expect(start.length).toBeLessThan(25);
  const programs = new Set<string>();
  for (const line of lines) {
    const fields = JSON.parse(line) as Record<string, string>;
    expect(fields).toMatchObject({
      level: expect.stringMatching(/^(info|warning)$/),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/),
      msg: expect.any(String),
    });
    programs.add(fields['program'] ?? '');
  }
  expect([...programs].toSorted()).toEqual(['agent', 'envoy']);
});

test('with DAYBREAK_LOG_FORMAT=text, the agent and Envoy write text lines', async () => {
  const agent = await host.start({ DAYBREAK_LOG_FORMAT: 'text' });
  await live(agent);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(agent.output()).toMatch(/^\[[^\]]+\]\[\d+\]\[info\]\[agent\] started Envoy pid=\d+$/m);
  expect(agent.output()).toMatch(/^\[[^\]]+\]\[\d+\]\[warning\]\[main\] \[source.*caught ENVOY_SIGTERM$/m);
});

test('a fault in the bootstrap, which Envoy writes before it knows the format, is in JSON lines too', async () => {
  const broken = join(host.folder, 'envoy');
  writeFileSync(broken, `#!/bin/sh\nexec '${ENVOY}' "$@" --config-yaml '{admin: {nonsense: 1}}'\n`, {
    mode: 0o755,
  });
  const agent = await host.start({ DAYBREAK_ENVOY: broken, APPNET_ENVOY_RESTART_COUNT: '0' });
  expect(await agent.ended).toBe(78);
  const lines = agent.output().trim().split('\n');
  const faults = lines.map((line) => JSON.parse(line) as Record<string, string>);
  expect(faults).toContainEqual(
    expect.objectContaining({
      level: 'critical',
      program: 'envoy',
      logger: 'main',
      msg: expect.stringContaining('nonsense'),
    }),
  );
});

async function live(agent: RunningAgent): Promise<void> {
  await expect.poll(async () => (await agent.status().catch(() => undefined))?.envoyState).toBe('LIVE');
}
