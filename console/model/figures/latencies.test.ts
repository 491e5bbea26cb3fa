import { expect, test } from 'vitest';
import type { Latencies } from '../../../common/contracts/reports.ts';
import { EXAMPLE } from '../../testing/example-mesh.ts';
import { graphOf } from '../graph/graph-of.ts';
import { latenciesOnLines, millisecondsText } from './latencies.ts';

const graph = graphOf(EXAMPLE);

/** Returns the answer for a piece: the p99 of each target node; null: no request. */
function latencies(from: string, targets: Readonly<Record<string, number | null>>): [string, Latencies] {
  const [kind, name] = from.split('/') as ['virtualNode' | 'virtualGateway', string];
  const lines = Object.entries(targets).map(([node, p99]) => ({
    from: { kind, name },
    to: { kind: 'virtualNode' as const, name: node },
    cluster: `cds_egress_m_${node}_http_8080`,
    milliseconds: p99 === null ? null : { p50: 1, p95: 2, p99 },
    responses: { '1xx': 0, '2xx': 1, '3xx': 0, '4xx': 0, '5xx': 0 },
  }));
  return [from, { mesh: 'm', meshOwner: '000000000000', seconds: 5, lines, reporting: 1, missing: [] }];
}

const onLines = (...asked: readonly [string, Latencies][]) =>
  Object.fromEntries(latenciesOnLines(graph, new Map(asked)));

test('a line carries no p99 before it is asked for', () => {
  expect(onLines()).toEqual({});
});

test('the line of a caller that was asked carries its p99, and not the lines that others share', () => {
  expect(onLines(latencies('virtualNode/front', { 'shop-v1': 12, 'shop-v2': null }))).toEqual({
    'virtualNode/front>virtualService/shop.example': { p99: 12, atMost: false },
  });
});

test('what several targets or callers share is at most the slowest of them: no proxy has measured it', () => {
  const front = latencies('virtualNode/front', { 'shop-v1': 12, 'shop-v2': 40 });
  const edge = latencies('virtualGateway/edge', { 'shop-v1': 30 });
  expect(onLines(front, edge)).toEqual({
    'virtualGateway/edge>virtualService/shop.example': { p99: 30, atMost: false },
    'virtualNode/front>virtualService/shop.example': { p99: 40, atMost: true },
    'virtualService/shop.example>virtualNode/shop-v1': { p99: 30, atMost: true },
    'virtualService/shop.example>virtualNode/shop-v2': { p99: 40, atMost: false },
  });
});

test('a target without requests gives its line none', () => {
  expect(
    onLines(latencies('virtualNode/front', { 'shop-v1': null }), latencies('virtualGateway/edge', {})),
  ).toEqual({});
});

test('milliseconds have the digits that matter', () => {
  expect([0.42, 9.96, 12.4, 1500].map(millisecondsText)).toEqual(['0.4', '10.0', '12', '1500']);
});
