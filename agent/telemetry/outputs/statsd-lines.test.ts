import { expect, test } from 'vitest';
import type { FlatPoint } from './flat-points.ts';
import { packDatagrams } from './pack-datagrams.ts';
import { statsdLines } from './statsd-lines.ts';

const point = (value: FlatPoint['value'], tags = {}): FlatPoint => ({
  name: 'a b:c',
  unit: 'ms',
  tags,
  source: { 'daybreak.mesh': 'm', 'daybreak.virtual_node': 'n', 'cloud.region': 'r' },
  value,
});
const TAGS = 'appmesh.mesh:m,appmesh.virtual_node:n,cloud.region:r';

test.each<[FlatPoint, readonly string[], readonly string[]]>([
  [point({ kind: 'count', number: 3 }, { t: 'x|y' }), [`a_b_c:3|c|#${TAGS},t:x_y`], ['a_b_c.t.x_y:3|c']],
  [
    point({ kind: 'gauge', number: -2 }),
    [`a_b_c:0|g|#${TAGS}`, `a_b_c:-2|g|#${TAGS}`],
    ['a_b_c:0|g', 'a_b_c:-2|g'],
  ],
  [
    point({
      kind: 'distribution',
      distribution: { values: [3, 7], counts: [1, 4], count: 5, sum: 31, min: 3, max: 7 },
    }),
    [`a_b_c:3|ms|#${TAGS}`, `a_b_c:7|ms|@0.25|#${TAGS}`],
    ['a_b_c:3|ms', 'a_b_c:7|ms|@0.25'],
  ],
])('%j', (given, dogStatsd, statsd) => {
  expect(statsdLines([given], 'dogstatsd')).toEqual(dogStatsd);
  expect(statsdLines([given], 'statsd')).toEqual(statsd);
});

test('datagrams hold whole lines, and a line that is too long is one of its own', () => {
  const pack = (text: string) => [...packDatagrams(Buffer.from(text), 10)].map(String);
  expect(pack('')).toEqual([]);
  expect(pack('123\n456\n789')).toEqual(['123\n456', '789']);
  expect(pack('1234567890\n1')).toEqual(['1234567890', '1']);
  expect(pack('1\n12345678901234\n2')).toEqual(['1', '12345678901234', '2']);
});
