import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from '../testing/agent-host.ts';

let host: AgentHost;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-p1`);
});

afterEach(() => host.remove());

test("one page has the metrics of Envoy, the application and the agent, and goes on without the application's", async () => {
  const agent = await host.start({
    DAYBREAK_PROMETHEUS_ADDRESS: '127.0.0.1:9903',
    // The agent's own status port stands in for an application: another program with such a page.
    DAYBREAK_PROMETHEUS_APP: 'http://127.0.0.1:9902/metrics',
  });
  await expect.poll(async () => (await agent.status()).envoyState).toBe('LIVE');
  const read = () => host.run('curl', '-s', '127.0.0.1:9903/metrics');
  // A source of a busy machine may be late for one page.
  await expect.poll(read).toContain('daybreak_agent_page_source_up{source="application"} 1');
  const page = await read();
  expect(page).toContain('envoy_server_live{} 1');
  expect(page.match(/^# TYPE daybreak_agent_info /gm)).toHaveLength(1);
  expect(await host.run('curl', '-s', '127.0.0.1:9903/stats/prometheus')).toContain('envoy_server_live');
});

test('an application that does not answer', async () => {
  const agent = await host.start({
    DAYBREAK_PROMETHEUS_ADDRESS: '127.0.0.1:9903',
    DAYBREAK_PROMETHEUS_APP: 'http://127.0.0.1:9/metrics',
  });
  await expect.poll(async () => (await agent.status()).envoyState).toBe('LIVE');
  const page = await host.run('curl', '-s', '127.0.0.1:9903/metrics');
  expect(page).toContain('# application: connect ECONNREFUSED');
  expect(page).toContain('daybreak_agent_page_source_up{source="application"} 0');
  expect(page).toContain('envoy_server_live{} 1');
});
