import { expect, test } from 'vitest';
import { formatPorts, portRange, splitForMultiport, type PortRange } from './ports.ts';

test.each([
  ['1', 1, 1],
  ['65535', 65_535, 65_535],
  ['8000:8010', 8000, 8010],
  ['80:80', 80, 80],
])('%s is a port or a range', (text, first, last) => {
  expect(portRange(text)).toEqual({ value: { first, last } });
});

test.each([
  '0',
  '65536',
  '99999',
  '8010:8000',
  '80:',
  ':80',
  '80-90',
  'http',
  '-1',
  '8080 -j ACCEPT',
  '',
])('%j is refused', (text) => {
  expect(portRange(text)).toHaveProperty('wanted');
});

test.each([
  ['nothing', [], []],
  ['15 ports', singles(15), [15]],
  ['16 ports', singles(16), [15, 1]],
  ['31 ports', singles(31), [15, 15, 1]],
  ['7 ranges and 1 port', [...ranges(7), ...singles(1)], [8]],
  ['8 ranges, which take the room of 16', ranges(8), [7, 1]],
  ['14 ports and a range', [...singles(14), ...ranges(1)], [14, 1]],
])('splits %s into lists that fit into one match each', (_, ports, sizes) => {
  const lists = splitForMultiport(ports);
  expect(lists.map((list) => list.length)).toEqual(sizes);
  expect(lists.flat().map(formatPorts)).toEqual(ports.map(formatPorts));
});

function singles(count: number): readonly PortRange[] {
  return Array.from({ length: count }, (_, index) => ({ first: 8000 + index, last: 8000 + index }));
}

function ranges(count: number): readonly PortRange[] {
  return Array.from({ length: count }, (_, index) => ({ first: 9000 + 10 * index, last: 9005 + 10 * index }));
}
