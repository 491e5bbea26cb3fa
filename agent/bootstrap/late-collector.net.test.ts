import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../test/lab/until.ts';
import { ENVOY, makeAgentHost } from '../testing/agent-host.ts';

const PATIENT = { limitMs: 120_000 };

test.each([
  ['1.40', ENVOY],
  ['oldest', process.env['DAYBREAK_ENVOY_OLDEST'] ?? ENVOY],
])("Envoy's statistics reach a collector whose name resolves only after the start, %s", async (_, envoy) => {
  const name = `dbagent-${process.pid}-late`;
  mkdirSync(`/etc/netns/${name}`, { recursive: true });
  const hosts = `/etc/netns/${name}/hosts`;
  writeFileSync(hosts, '127.0.0.1 localhost\n');
  const host = await makeAgentHost(name);
  onTestFinished(() => {
    host.remove();
    rmSync(`/etc/netns/${name}`, { recursive: true });
  });
  const program = `require('dgram').createSocket('udp4').on('message', (m) => console.log(String(m))).bind(8125, '127.0.0.1')`;
  const daemon = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', program]);
  let received = '';
  daemon.stdout.on('data', (chunk: Buffer) => (received += chunk.toString()));

  const agent = await host.start({
    DAYBREAK_ENVOY: envoy,
    ENABLE_ENVOY_DOG_STATSD: '1',
    STATSD_ADDRESS: 'statsd.example',
    ENVOY_STATS_FLUSH_INTERVAL: '1s',
  });
  await until('LIVE', async () => (await agent.status()).healthStatus === 'HEALTHY', PATIENT);
  const problems = async () =>
    (await agent.status()).daybreak.problems.filter(({ code }) => code === 'NAME_UNRESOLVED');
  await expect
    .poll(problems)
    .toMatchObject([{ problem: expect.stringMatching(/^STATSD_ADDRESS=statsd\.example: /) }]);
  const { envoyPid } = await agent.status();

  appendFileSync(hosts, '127.0.0.1 statsd.example\n');
  await until('statistics', async () => received.includes('envoy.server.live:1|g'), PATIENT);
  await expect.poll(problems).toEqual([]);
  expect((await agent.status()).envoyPid).toBe(envoyPid);
  await expect.poll(() => agent.output()).toContain('the name of the collector resolves now');
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});
