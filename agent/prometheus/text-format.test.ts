import { expect, test } from 'vitest';
import { toTextFormat } from './text-format.ts';

test.each([
  ['a 1\n', 'a 1\n'],
  ['a{} 1', 'a{} 1\n'],
  ['a{x="1"} 1e-3 1700000000000\n', 'a{x="1"} 1e-3 1700000000000\n'],
  ['a{x="} 1 # {",y="\\"}"} NaN\n', 'a{x="} 1 # {",y="\\"}"} NaN\n'],
  ['a{x="1",}   +Inf\r\n', 'a{x="1",} +Inf\n'],
  ['  a\t-1\n\n', 'a -1\n'],
  ['{"a.b",x="1"} 1\n', '{"a.b",x="1"} 1\n'],
  ['# HELP a an a\n# TYPE a histogram\na_sum 1\n', '# HELP a an a\n# TYPE a histogram\na_sum 1\n'],
])('%j stays as it is, but for spaces', (page, text) => {
  expect(toTextFormat(page)).toBe(text);
});

test('OpenMetrics loses exemplars and types that the text format lacks, and has milliseconds', () => {
  const page = [
    '# TYPE target info',
    'target_info{a="b"} 1',
    '# TYPE h histogram',
    '# UNIT h seconds',
    'h_bucket{le="1.0"} 1 # {trace_id="6c10"} 0.006 1700000000.5',
    'h_bucket{le="+Inf"} 1 1700000000.25 # {trace_id="6c10"} 0.006',
    '# TYPE u unknown',
    'u 3.0',
    '# EOF',
    '',
  ];
  expect(toTextFormat(page.join('\n')).split('\n')).toEqual([
    '# TYPE target gauge',
    'target_info{a="b"} 1',
    '# TYPE h histogram',
    '# UNIT h seconds',
    'h_bucket{le="1.0"} 1',
    'h_bucket{le="+Inf"} 1 1700000000250',
    '# TYPE u untyped',
    'u 3.0',
    '# EOF',
    '',
  ]);
});

test.each([
  ['<!doctype html>\n<html></html>', "line 1 is not in Prometheus's text format: <!doctype html>"],
  ['a 1\nb\n', "line 2 is not in Prometheus's text format: b"],
  ['"a 1\\nb 2\\n"', 'line 1 '],
  ['a{x="1} 1', 'line 1 '],
  ['envoy|a 1', 'line 1 '],
  ['a 1 2.5', 'line 1 '],
  ['a one', 'line 1 '],
  ['a1', 'line 1 '],
  [
    `{"status":"${'x'.repeat(100)}"}`,
    `line 1 is not in Prometheus's text format: {"status":"${'x'.repeat(49)}…`,
  ],
])('%j is refused, because a scraper would refuse the page of all', (page, message) => {
  expect(() => toTextFormat(page)).toThrow(message);
});

test('a long line that is none takes no long time', () => {
  expect(() => toTextFormat(`a{${'x="1",'.repeat(200_000)}`)).toThrow('line 1 ');
  expect(() => toTextFormat(`a{x="${'\\\\'.repeat(500_000)}`)).toThrow('line 1 ');
  expect(() => toTextFormat(`a${' '.repeat(500_000)}b c d`)).toThrow('line 1 ');
});
