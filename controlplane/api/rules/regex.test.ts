import { describe, expect, it } from 'vitest';
import { validate } from '../../translate/testing/real-envoy.ts';
import { httpListener } from '../../translate/testing/configs.ts';
import { regex } from './regex.ts';

// Expressions, and whether every supported Envoy accepts them: 1.37 matches UTF-8, 1.40 bytes.
const CASES: readonly [expression: string, accepted: boolean][] = [
  ['/a/[0-9]+', true],
  ['.*', true],
  ['(?P<name>a)', true],
  ['é{100}', true],
  ['a{990}', true],
  ['.{120}', true],
  ['.{490}', false],
  ['(?i)[a-z]{100}', true],
  ['\\p{Lu}', true],
  ['\\p{Greek}{10}', true],
  ['\\pL', false],
  ['[\\x{100}-\\x{200}]', false],
  ['\\x{ff}', true],
  ['\\400', false],
  ['[acegikmoqsuwy0-9]{50}', true],
  ['a{1001}', false],
  ['.{999}', false],
  ['[acegikmoqsuwy0-9]{80}', false],
  ['\\pL{150}', false],
  ['((a{1,30}){1,30})', false],
  ['(?=a)', false],
  ['(a)\\1', false],
  ['(', false],
  ['[z-a]', false],
  ['a**', false],
];

it.each(CASES)('%j: %j', (expression, accepted) => {
  expect(regex(expression, 'regex').length === 0).toBe(accepted);
});

// The real Envoys, if both are installed, must agree.
const envoys = ['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'].flatMap((name) => process.env[name] ?? []);
const runtime = { layers: [{ name: 'static', static_layer: { 're2.max_program_size.error_level': 1000 } }] };

describe.skipIf(envoys.length < 2)('the real Envoys agree', () => {
  it.each(CASES)('on %j: %j', async (expression, accepted) => {
    const static_resources = httpListener({ regex: expression });
    const config = JSON.stringify({ layered_runtime: runtime, static_resources });
    const verdicts = await Promise.all(envoys.map((envoy) => validate(envoy, config)));
    expect(verdicts.every((verdict) => verdict === '')).toBe(accepted);
  });
});
