import { expect, test } from 'vitest';
import { readAgentSettings } from '../../agent/settings/settings.ts';
import { startTelemetry } from '../../agent/telemetry/testing/telemetry.ts';
import { page } from './pages.ts';

// Every block of docs/telemetry.md, as the variables of an agent.

const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://127.0.0.1:18000',
};

const blocks = [...page('docs/telemetry.md').text.matchAll(/^```sh\n([^`]*)^```$/gm)].map(([, text = '']) =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/).slice(0, 2) as [string, string]),
  ),
);

test('there are blocks', () => {
  expect(blocks.length).toBeGreaterThan(5);
});

test.each(blocks)('the agent takes $0', async (env) => {
  const settings = readAgentSettings({ ...NEEDED, ...env });
  await using telemetry = await startTelemetry(env, async () => 0, 'us-west-2');
  const { metrics, traces, logs } = settings.telemetry;
  const { inputs, outputs } = telemetry.status();
  expect(outputs).toHaveLength([metrics, traces, logs].flatMap(({ exporters }) => exporters).length);
  const hasEffect =
    inputs.length + outputs.length > 0 ||
    settings.stats.dogStatsd !== undefined ||
    settings.tracing !== undefined ||
    settings.management.prometheus !== undefined;
  expect(hasEffect).toBe(true);
});
