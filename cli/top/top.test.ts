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

test.each([
  [100, 0],
  [100, 100],
  [3, 100],
  [1, 1],
])('of a mesh with %i lines and %i notes, a terminal has the busiest lines: it showed the quietest ones', async (lines, notes) => {
  const [line] = FIGURES.lines;
  const missing = Array.from({ length: notes }, (_, index) => ({
    reason: 'waiting' as const,
    proxy: { kind: 'virtualNode' as const, name: `n${index}` },
    peer: '10.0.0.1:1',
  }));
  const many = Array.from({ length: lines }, (_, index) => {
    const counts = FIGURES.times.map(() => 10 * (index + 1));
    return { ...line, from: { kind: 'virtualNode', name: `caller-${index}` }, requests: counts };
  }) as LiveFigures['lines'];
  const figures = { ...FIGURES, lines: many, linesLeftOut: 0, missing };
  const end = new AbortController();
  let text = '';
  const stdout = {
    isTTY: true,
    rows: 24,
    columns: 60,
    write(part: string) {
      text += part;
      end.abort();
    },
  };
  const client = { read: async () => figures as never };
  await top(client, 'm', { output: 'text', once: false }, stdout, end.signal);
  const rows = text.split('\n');
  expect(rows.length).toBeLessThanOrEqual(24);
  expect(Math.max(...rows.slice(1).map(({ length }) => length))).toBeLessThanOrEqual(60);
  expect(text).toContain(`caller-${lines - 1} `);
  const shown = text.match(/caller-/g)?.length ?? 0;
  const hidden = /(\d+) lines with fewer requests/.exec(text)?.[1] ?? '0';
  expect(shown + Number(hidden)).toBe(lines);
  const told = text.match(/no figures of/g)?.length ?? 0;
  const untold = /and (\d+) more notes/.exec(text)?.[1] ?? '0';
  expect(told + Number(untold)).toBe(notes);
});

test('a few errors in thousands are not 0 %, and more errors than requests are 100 %', () => {
  const errorsOf = (requests: number, errors: number): string => {
    const [line] = FIGURES.lines;
    if (line === undefined) throw new Error('there is a line');
    const one = { ...line, requests: [requests], errors: [errors] };
    return /([<>]?[\d.]+ %)/.exec(describeFigures({ ...FIGURES, times: [0], lines: [one] }))?.[1] ?? '';
  };
  expect([errorsOf(5000, 1), errorsOf(5000, 4999), errorsOf(3, 4), errorsOf(8, 3)]).toEqual([
    '<0.1 %',
    '>99.9 %',
    '100.0 %',
    '37.5 %',
  ]);
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
