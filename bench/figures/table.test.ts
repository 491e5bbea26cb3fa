import { expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { benchJson, benchTable } from './table.ts';

const bench: Bench = {
  rows: [
    { what: 'durable writes, 32 connections', unit: '1/s', ours: 3123.456, peer: 6246.912 },
    { what: 'start', unit: 'ms', ours: 0.123456 },
  ],
  notes: ['peer: a bare insert'],
};

test('for people: a table', () => {
  expect(benchTable(bench)).toBe(
    [
      'WHAT                            UNIT    OURS   PEER  RATIO',
      'durable writes, 32 connections  1/s    3,123  6,247    0.5',
      'start                           ms    0.1235',
      '',
      'peer: a bare insert',
      '',
    ].join('\n'),
  );
});

test('for programs: one line', () => {
  expect(JSON.parse(benchJson('api', bench))).toEqual({
    bench: 'api',
    rows: [
      { what: 'durable writes, 32 connections', unit: '1/s', ours: 3123, peer: 6247, ratio: 0.5 },
      { what: 'start', unit: 'ms', ours: 0.1235, peer: null, ratio: null },
    ],
  });
  expect(benchJson('api', bench).split('\n')).toHaveLength(2);
});

test('nothing to divide by', () => {
  expect(JSON.parse(benchJson('x', { rows: [{ what: 'w', unit: 'B', ours: 1, peer: 0 }] }))).toMatchObject({
    rows: [{ peer: 0, ratio: null }],
  });
});
