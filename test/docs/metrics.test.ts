import { expect, test } from 'vitest';
import { agentMetrics } from '../../agent/status/metrics.ts';
import { documentedMetrics, namesIn } from './metric-names.ts';

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
