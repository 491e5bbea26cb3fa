import { expect, test } from 'vitest';
import type { LiveFigures } from '../../common/contracts/reports.ts';
import { CallError } from '../client/errors.ts';
import { describeFigures } from './describe-figures.ts';
import { top } from './top.ts';

const FIGURES: LiveFigures = {
  mesh: 'm',
  meshOwner: '000000000000',
  source: 'agents',
  slotSeconds: 5,
  times: [0, 5000, 10_000, 15_000],
  lines: [
    {
      from: { kind: 'virtualGateway', name: 'g' },
      to: { kind: 'virtualNode', name: 'a' },
      cluster: 'cds_egress_m_a_http_8080',
      unit: 'requests',
      requests: [null, 50, 100, 0],
      errors: [null, 5, 10, 0],
      active: [null, 1, 2, 0],
    },
    {
      from: { kind: 'virtualNode', name: 'a' },
      to: { kind: 'outside' },
      cluster: 'cds_egress_m_amazonaws',
      unit: 'connections',
      requests: [null, 1000, 1000, 1000],
      errors: [null, 0, 0, 0],
      active: [null, 12, 12, 12],
    },
  ],
  linesLeftOut: 2,
  reporting: 1,
  missing: [
    { reason: 'waiting', proxy: { kind: 'virtualNode', name: 'c' }, peer: '10.0.0.3:1' },
    { reason: 'old agent', proxy: { kind: 'virtualNode', name: 'b' }, peer: '10.0.0.2:1' },
    { reason: 'replica', replica: 'r-2' },
  ],
};

test('the busiest line is first, with its rate, errors and the last minute; missing figures are named below', () => {
  expect(describeFigures(FIGURES)).toBe(
    [
      'mesh m, until 1970-01-01T00:00:20Z, reported by 1 of 3 proxies',
      '',
      'FROM       TO                PER SECOND       ERRORS  IN PROGRESS  LAST MINUTE',
      'node a     outside the mesh  200 connections          12.0          ███',
      'gateway g  node a            10.0             10.0 %  1.0           ▅█▁',
      '',
      '2 further lines are not counted',
      'no figures of node c at 10.0.0.3:1: its agent was asked and has not reported yet',
      'no figures of node b at 10.0.0.2:1: its agent is of a version that cannot report, or it has none',
      'no figures of the proxies of replica r-2: it does not answer',
      '',
    ].join('\n'),
  );
});

test('before the first figures it says that they come', () => {
  const text = describeFigures({ ...FIGURES, times: [], lines: [], linesLeftOut: 0, missing: [] });
  expect(text).toBe('mesh m: the agents are asked, the first figures come within 10 seconds\n\n');
});

test('once with JSON prints one object with the figures of the mesh that was asked for', async () => {
  const asked: unknown[] = [];
  let printed = '';
  const client = {
    read: async (path: string, query?: object) => {
      asked.push([path, query]);
      return FIGURES as never;
    },
  };
  await top(
    client,
    'm',
    { output: 'json', once: true, meshOwner: '1' },
    { write: (text) => (printed += text) },
  );
  expect(JSON.parse(printed)).toEqual(FIGURES);
  expect(asked).toEqual([['/reports', { mesh: 'm', seconds: '60', meshOwner: '1' }]]);
});

test('with latencies, the table has p50 and p99 of the lines of the busiest callers, and blanks where there are none', async () => {
  const asked: unknown[] = [];
  const client = {
    async read(path: string, query?: object): Promise<Record<string, unknown>> {
      if (path === '/reports') return FIGURES;
      asked.push(query);
      const [line] = FIGURES.lines;
      return { lines: [{ ...line, milliseconds: { p50: 1.25, p95: 9, p99: 120.4 } }] };
    },
  };
  let text = '';
  const options = { output: 'text', once: true, latencies: true } as const;
  await top(client, 'm', options, { write: (part) => (text += part) });
  expect(asked).toEqual([{ mesh: 'm', meshOwner: '000000000000', from: 'virtualGateway/g', seconds: '5' }]);
  expect(text).toContain('IN PROGRESS  P50     P99     LAST MINUTE');
  expect(text).toMatch(/gateway g {2}node a .* 1\.0 +1\.3 ms {2}120 ms {2}/);
  expect(text).toMatch(/node a .* 12\.0 {26,}/);
});

test('latencies that cannot be read leave the figures', async () => {
  const client = {
    async read(path: string): Promise<Record<string, unknown>> {
      if (path === '/reports') return FIGURES;
      throw new CallError('ServiceUnavailableException: Too many questions for latencies at once.');
    },
  };
  let text = '';
  const options = { output: 'text', once: true, latencies: true } as const;
  await top(client, 'm', options, { write: (part) => (text += part) });
  expect(text).toContain('gateway g');
});
