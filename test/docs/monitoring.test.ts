import { expect, test } from 'vitest';
import { documentedMetrics } from './metric-names.ts';
import { metricsUsed, monitoringFiles } from './monitoring-files.ts';
import { page } from './pages.ts';

test('docs/metrics.md names each example file', () => {
  const { text } = page('docs/metrics.md');
  for (const name of monitoringFiles().keys()) expect(text).toContain(`examples/monitoring/${name}`);
});

test('the example dashboards and alarms are JSON', () => {
  const files = [...monitoringFiles()].filter(([name]) => name.endsWith('.json'));
  expect(files).toHaveLength(3);
  for (const [, text] of files) expect(() => JSON.parse(text) as unknown).not.toThrow();
});

test('the examples use metrics of ours that docs/metrics.md lists', () => {
  const used = metricsUsed('daybreak_');
  expect(used.length).toBeGreaterThan(8);
  const documented = [...documentedMetrics('## The agent'), ...documentedMetrics('# Metrics')];
  expect(documented).toEqual(expect.arrayContaining([...used]));
});
