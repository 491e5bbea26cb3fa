import { expect, test } from 'vitest';
import { manifestProblem, samplingRules } from './sampling-rules.ts';

const RULE = { host: '*', http_method: 'GET', url_path: '/a/*', fixed_target: 0, rate: 0.5 };
const USUAL = { fixed_target: 1, rate: 0.1 };

test('the rules for a rate are a valid manifest', () => {
  expect(samplingRules(0.25)).toBe('{"version":2,"default":{"fixed_target":1,"rate":0.25},"rules":[]}');
  expect(manifestProblem(samplingRules(0.25))).toBeUndefined();
});

test.each([
  [{ version: 2, default: USUAL }, undefined],
  [{ version: 2, default: USUAL, rules: [RULE] }, undefined],
  [{ version: 1, default: USUAL }, 'version 1: Envoy reads version 2'],
  [{ version: 2 }, 'default: a rule is required'],
  [
    { version: 2, default: { ...USUAL, url_path: '/a' } },
    'default: no host, http_method or url_path is allowed',
  ],
  [
    { version: 2, default: { fixed_target: 1, rate: -1 } },
    'default.rate: a number of at least 0 is required, not -1',
  ],
  [{ version: 2, default: USUAL, rules: [RULE, { ...RULE, host: '' }] }, 'rules[1].host: a text is required'],
  [
    { version: 2, default: USUAL, rules: [{ ...RULE, rate: '1' }] },
    'rules[0].rate: a number of at least 0 is required, not "1"',
  ],
  [{ version: 2, default: USUAL, rules: {} }, 'rules: a list is required'],
  [[], 'a JSON object is required'],
])('%j: %s', (manifest, problem) => {
  expect(manifestProblem(JSON.stringify(manifest))).toBe(problem);
});

test('text that is no JSON', () => {
  expect(manifestProblem('version: 2')).toMatch(/JSON/);
});
