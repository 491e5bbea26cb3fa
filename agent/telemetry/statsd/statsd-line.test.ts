import { expect, test } from 'vitest';
import { createRegistry } from '../metrics/registry.ts';
import { createSeriesLimit } from '../metrics/series-limit.ts';
import { addStatsdLine } from './statsd-line.ts';

/** Adds lines and returns `NAME{TAG=VALUE,…} VALUE` of each series. */
function add(...lines: readonly string[]): readonly string[] {
  const registry = createRegistry(createSeriesLimit(10));
  for (const line of lines) expect(addStatsdLine(registry, line)).toBe('taken');
  return registry.collect('all').map((series) => {
    const tags = series.tags.map((tag) => tag.join('=')).join(',');
    if (series.kind === 'histogram') {
      const { count, sum, min, max } = series;
      return `${series.name}{${tags}} ${count} values, sum ${sum}, ${min} to ${max}`;
    }
    return `${series.name}{${tags}} ${series.kind === 'set' ? series.values.size : series.value}`;
  });
}

test.each<[readonly string[], readonly string[]]>([
  [['a:1|c', 'a:2|c'], ['a{} 3']],
  [['a:1|c|@0.5'], ['a{} 2']],
  [['a:-1.5e1|c'], ['a{} -15']],
  [['a:7|g', 'a:+3|g', 'a:-1|g'], ['a{} 9']],
  [['a:3|ms', 'a:5|ms'], ['a{} 2 values, sum 8, 3 to 5']],
  [['a:3:4:5|h|@0.5'], ['a{} 6 values, sum 24, 3 to 5']],
  [['a:x|s', 'a:y|s', 'a:x|s'], ['a{} 2']],
  [['a.b:1|c|#z:1,y:2', 'a.b:1|c|#y:2,z:1'], ['a.b{y=2,z=1} 2']],
  [['a:1|c|#flag,url:http://x:1'], ['a{flag=,url=http://x:1} 1']],
  [['a:1|c|#t:1|c:container|T1700000000'], ['a{t=1} 1']],
  [['a:+3:7|g'], ['a{} 7']],
  [['a:1|c|@0.1|#t:1'], ['a{t=1} 10']],
  [['a:1|c\r', 'a:2|c '], ['a{} 3']],
  [['a:1|c:2|c|@0.5:3|c'], ['a{} 8']],
  [['a:1|c|@0.5:2|c'], ['a{} 4']],
])('%j', (lines, series) => {
  expect(add(...lines)).toEqual(series);
});

test.each([
  '',
  'a',
  'a:1',
  ':1|c',
  'a:|c',
  'a:1|',
  'a:1|x',
  'a:one|c',
  'a:NaN|c',
  'a:1e999|g',
  'a:1|c|@0',
  'a:1|c|@2',
  'a|b:1|c',
  'a\0b:1|c',
  'a:1|constructor',
  'a:1|__proto__',
  'a:1e308|c|@0.000001',
  `a:1|c|#${'t'.repeat(9000)}`,
])('%j is invalid', (line) => {
  const registry = createRegistry(createSeriesLimit(10));
  expect(addStatsdLine(registry, line)).toBe('invalid');
  expect(registry.collect('all')).toEqual([]);
});

test('a sum that would be infinite stays as it was, and takes the next values', () => {
  const registry = createRegistry(createSeriesLimit(10));
  const fateOf = (line: string) => addStatsdLine(registry, line);
  for (const type of ['c', 'ms']) {
    expect([`a:1e308|${type}`, `a:1e308|${type}`, `a:1|${type}`].map(fateOf)).toEqual([
      'taken',
      'invalid',
      'taken',
    ]);
  }
  expect(['b:1e308|g', 'b:+1e308|g', 'b:2|g'].map(fateOf)).toEqual(['taken', 'invalid', 'taken']);
});

test('events and service checks of DogStatsD are not supported', () => {
  const registry = createRegistry(createSeriesLimit(10));
  expect(addStatsdLine(registry, '_e{5,4}:title|text')).toBe('unsupported');
  expect(addStatsdLine(registry, '_sc|name|0')).toBe('unsupported');
});

test('a million names: the limit of series holds, and the status names some of the others', () => {
  const limit = createSeriesLimit(100);
  const registry = createRegistry(limit);
  let refused = 0;
  for (let index = 0; index < 1_000_000; index += 1) {
    if (addStatsdLine(registry, `name${index}:1|c`) === 'refused') refused += 1;
  }
  expect(refused).toBe(999_900);
  expect(limit.status()).toMatchObject({ count: 100, limit: 100, refused: 999_900 });
  expect(limit.status().refusedNames).toHaveLength(10);
  expect(limit.status().refusedNames[0]).toBe('name100');
});

test('tags in ever new orders and spellings do not fill the memory', () => {
  const registry = createRegistry(createSeriesLimit(10));
  for (let index = 0; index < 10_000; index += 1)
    addStatsdLine(registry, `a:1|c|#t:1${','.repeat(index % 5000)}`);
  expect(registry.collect('all')).toHaveLength(1);
});

test('a series without changes for a quarter of an hour ends', () => {
  let now = 0;
  const registry = createRegistry(createSeriesLimit(1), () => now);
  addStatsdLine(registry, 'a:1|c');
  expect(registry.collect('all')).toHaveLength(1);
  now = 16 * 60_000;
  expect(registry.collect('all')).toHaveLength(0);
  expect(addStatsdLine(registry, 'b:1|c')).toBe('taken');
});
