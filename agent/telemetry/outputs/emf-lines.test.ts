import { expect, test } from 'vitest';
import { emfLines } from './emf-lines.ts';
import type { FlatPoint } from './flat-points.ts';

const source = { 'service.name': 'n', 'daybreak.mesh': 'm', 'host.id': 'i-1' };
const count = (name: string, tags = {}): FlatPoint => ({
  name,
  unit: '',
  tags,
  source,
  value: { kind: 'count', number: 2 },
});

/** The parts of a line that CloudWatch reads. */
type Emf = {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly object[];
    }[];
  };
};

const parse = (text: string) => JSON.parse(text) as Emf;

test('a line has dimensions, fields and metrics', () => {
  const timer: FlatPoint = {
    ...count('latency', { path: '/a' }),
    unit: 'ms',
    value: {
      kind: 'distribution',
      distribution: { values: [3, 7], counts: [1, 2], count: 3, sum: 17, min: 3, max: 7 },
    },
  };
  const lines = emfLines([count('requests', { path: '/a' }), timer], 'Shop', 1000);
  expect(lines.map(({ text }) => JSON.parse(text) as unknown)).toEqual([
    {
      'service.name': 'n',
      'daybreak.mesh': 'm',
      'host.id': 'i-1',
      path: '/a',
      requests: 2,
      latency: { Values: [3, 7], Counts: [1, 2], Count: 3, Sum: 17, Min: 3, Max: 7 },
      _aws: {
        Timestamp: 1000,
        CloudWatchMetrics: [
          {
            Namespace: 'Shop',
            Dimensions: [['service.name', 'daybreak.mesh', 'path']],
            Metrics: [
              { Name: 'requests', Unit: 'Count' },
              { Name: 'latency', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
    },
  ]);
});

test('points with other dimensions are on other lines', () => {
  expect(emfLines([count('a', { t: '1' }), count('a', { t: '2' })], 'N', 0)).toHaveLength(2);
});

test('a line has at most 100 metrics, each name once', () => {
  const points = Array.from({ length: 250 }, (_, index) => count(`m${index}`));
  const lines = emfLines([...points, count('m0')], 'N', 0);
  expect(lines.map(({ items }) => items)).toEqual([100, 100, 51]);
  const { CloudWatchMetrics } = parse(lines[2]?.text ?? '')._aws;
  expect(CloudWatchMetrics[0]?.Metrics).toContainEqual({ Name: 'm0', Unit: 'Count' });
});

test('a line has at most a megabyte', () => {
  const points = Array.from({ length: 100 }, (_, index) => count(`${'m'.repeat(9000)}${index}`));
  const lines = emfLines(points, 'N', 0);
  expect(lines.length).toBeGreaterThan(1);
  for (const { text } of lines) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
  expect(lines.reduce((sum, { items }) => sum + items, 0)).toBe(100);
});

test('a tag without a value is no dimension, of which CloudWatch would make no metric', () => {
  const [line] = emfLines([count('a', { flag: '', kind: 'tea' })], 'N', 0);
  expect(parse(line?.text ?? '')).toMatchObject({ flag: '', kind: 'tea' });
  expect(parse(line?.text ?? '')._aws.CloudWatchMetrics[0]?.Dimensions[0]).toEqual([
    'service.name',
    'daybreak.mesh',
    'kind',
  ]);
});

test('a tag with the name of a metric keeps its value', () => {
  const [line] = emfLines([count('orders', { orders: 'all' })], 'N', 0);
  expect(parse(line?.text ?? '')).toMatchObject({ orders: 2, 'tag.orders': 'all' });
  expect(parse(line?.text ?? '')._aws.CloudWatchMetrics[0]?.Dimensions[0]).toContain('tag.orders');
});

test('more than 100 values are their statistics: CloudWatch takes no more in a line', () => {
  const values = Array.from({ length: 101 }, (_, at) => at);
  const distribution = { values, counts: values.map(() => 1), count: 101, sum: 5050, min: 0, max: 100 };
  const [line] = emfLines([{ ...count('a'), value: { kind: 'distribution', distribution } }], 'N', 0);
  expect(JSON.parse(line?.text ?? '')).toMatchObject({ a: { Count: 101, Sum: 5050, Min: 0, Max: 100 } });
  expect(line?.text).not.toContain('Values');
});
