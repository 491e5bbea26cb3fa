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
  const page = await pageWith(read, [
    'daybreak_agent_page_source_up{source="application"} 1',
    'envoy_server_live{} 1',
  ]);
  expect(page.match(/^# TYPE daybreak_agent_info /gm)).toHaveLength(1);
  await expect
    .poll(() => host.run('curl', '-s', '127.0.0.1:9903/stats/prometheus'))
    .toContain('envoy_server_live');
});

test('an application that does not answer', async () => {
  const agent = await host.start({
    DAYBREAK_PROMETHEUS_ADDRESS: '127.0.0.1:9903',
    DAYBREAK_PROMETHEUS_APP: 'http://127.0.0.1:9/metrics',
  });
  await expect.poll(async () => (await agent.status()).envoyState).toBe('LIVE');
  await pageWith(
    () => host.run('curl', '-s', '127.0.0.1:9903/metrics'),
    [
      '# application: connect ECONNREFUSED',
      'daybreak_agent_page_source_up{source="application"} 0',
      'envoy_server_live{} 1',
    ],
  );
});

/** One page with all of these texts. On a busy machine, a source may be late for a page. */
async function pageWith(read: () => Promise<string>, texts: readonly string[]): Promise<string> {
  let page = '';
  await expect
    .poll(async () => {
      page = await read();
      return texts.filter((text) => !page.includes(text));
    })
    .toEqual([]);
  return page;
}
