import { expect, test } from 'vitest';
import { parseRefusals } from './parse-refusals.ts';

test('reads the counters of refused callers from a page of Envoy, with quotes in names of policies', () => {
  const page = [
    '# TYPE envoy_daybreak_access_refused counter',
    'envoy_daybreak_access_refused{port="8080",caller="spiffe://apps.example/account/1/mesh/m/virtualNode/x",rule="none"} 3',
    String.raw`envoy_daybreak_access_refused{port="8080",caller="",rule="a \"b\"\\/deny/1"} 1`,
    'envoy_other{port="1"} 9',
    '',
  ].join('\n');
  expect(parseRefusals(page)).toEqual([
    { port: 8080, caller: 'spiffe://apps.example/account/1/mesh/m/virtualNode/x', rule: 'none', count: 3 },
    { port: 8080, caller: '', rule: String.raw`a "b"\/deny/1`, count: 1 },
  ]);
  expect(parseRefusals('')).toEqual([]);
});
