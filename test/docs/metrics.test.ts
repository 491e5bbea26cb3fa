import { expect, test } from 'vitest';
import { agentMetrics } from '../../agent/status/metrics.ts';
import { createMetrics } from '../../controlplane/metrics/metrics.ts';
import { documentedMetrics, namesIn } from './metric-names.ts';
import { page } from './pages.ts';

test('every metric of the agent is in docs/metrics.md, and the page has no other', () => {
  const secret = {
    name: 's',
    source: 'files',
    state: 'served',
    problem: undefined,
    validity: { notBefore: 0, notAfter: 1 },
  };
  const text = agentMetrics({
    healthStatus: 'HEALTHY',
    configurationAgeSeconds: undefined,
    restarts: { made: 0, hangs: 0 },
    reloads: { refused: 0 },
    epoch: 0,
    secrets: [secret as never],
    application: [{ port: 80 } as never],
    agent: { version: '', node: '' },
    relay: {} as never,
    problems: [{ code: 'CONFIG_REFUSED', problem: '', help: '' }],
    identity: undefined,
    droppedOutputBytes: 0,
    skippedReports: 0,
    telemetry: undefined,
  });
  expect(namesIn(text)).toEqual(documentedMetrics('## The agent'));
});

test('docs/metrics.md has every value of a label that a counter of the control plane starts with', async () => {
  const rows = page('docs/metrics.md').text.split('\n');
  const text = await createMetrics().registry.metrics();
  const values = [...text.matchAll(/^(daybreak_\w+_total)\{(.+)\} 0$/gm)].flatMap(
    ([, metric = '', labels = '']) =>
      [...labels.matchAll(/(\w+)="([^"]+)"/g)].map(([, label = '', value = '']) => ({
        metric,
        label,
        value,
      })),
  );
  const missing = values.filter(({ metric, label, value }) => {
    const row = rows.find((line) => line.startsWith('|') && line.includes(`\`${metric}\``)) ?? '';
    return !row.includes(`\`${label}\``) || !row.includes(`\`${value}\``);
  });
  expect(values.length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});
