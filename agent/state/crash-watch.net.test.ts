import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ENVOY, makeAgentHost, type AgentHost, type RunningAgent } from '../testing/agent-host.ts';

const WAIT = { timeout: 120_000 };

let host: AgentHost;
afterEach(() => host.remove());

async function state(agent: RunningAgent): Promise<Record<string, unknown>> {
  return (await agent.status()).daybreak.state;
}

test('an Envoy that crashes on the configuration from disk, while the control plane is away, starts without it the third time', async () => {
  host = await makeAgentHost(`dbp16a-${process.pid}-c`);
  const folder = join(host.folder, 'state');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const env = { DAYBREAK_STATE_DIR: folder };
  const first = await host.start(env);
  await expect.poll(async () => (await first.status()).daybreak.state.own.written, WAIT).toBeDefined();
  host.stopControlPlane();
  first.kill('SIGTERM');
  await first.ended;

  // Crashes as long as there is a stored configuration.
  const crashing = join(host.folder, 'crashing-envoy');
  const script = `ls ${folder}/*.crashed >/dev/null 2>&1 && exec ${ENVOY} "$@"; sleep 0.2; kill -SEGV $$`;
  writeFileSync(crashing, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const agent = await host.start({ ...env, DAYBREAK_ENVOY: crashing });
  await expect
    .poll(() => state(agent).catch(() => ({})), WAIT)
    .toMatchObject({ setAside: expect.stringMatching(/\.crashed$/) as unknown });
  await expect.poll(async () => (await agent.status()).daybreak.supervisor.state, WAIT).toBe('starting');
  await expect.poll(async () => (await agent.status()).envoyState, WAIT).toMatch(/INITIALIZING/);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.crashed$/)]);
  expect((await agent.status()).envoyRestartCount).toBe('2');
  await expect.poll(() => agent.output(), WAIT).toContain('STATE_SET_ASIDE');
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});
