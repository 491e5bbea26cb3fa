import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../http/errors.ts';
import { RULES } from './catalog.ts';
import { ENVOY_TRIALS } from './testing/envoy-trials.ts';

// docs/api-rules.md lists every rule and every error, each with the reason in the code and evidence for it.

const page = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const rules = page('api-rules.md');
const departures = page('departures.md');

/** The rows of the table below a heading, each as its cells. */
function table(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = rules.split(`## ${heading}\n`);
  const [body = ''] = section.split('\n## ');
  const rows = body.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const RULE_ROWS = table('Rules of a specification').map(
  ([rule = '', refused = '', reason = '', shown = '']) => ({
    rule: rule.replaceAll('`', ''),
    refused,
    reason,
    shown,
  }),
);

test('the table lists exactly the rules of the code, with their reasons', () => {
  const documented = RULE_ROWS.map(({ rule, reason }) => [rule, reason]);
  expect(documented).toEqual(Object.entries(RULES).toSorted(([a], [b]) => (a < b ? -1 : 1)));
});

test.each(RULE_ROWS)('$rule has evidence for its reason, $reason', ({ rule, refused, reason, shown }) => {
  expect(refused).not.toBe('');
  if (reason === 'evidence') expect(shown).toMatch(/\]\(https:\/\//);
  if (reason === 'envoy') expect(Object.keys(ENVOY_TRIALS)).toContain(rule);
  if (reason === 'chosen') expect(departures).toContain(`\`${rule}\``);
});

test('exactly the rules with the reason envoy have a trial', () => {
  const envoy = RULE_ROWS.filter(({ reason }) => reason === 'envoy').map(({ rule }) => rule);
  expect(Object.keys(ENVOY_TRIALS).toSorted()).toEqual(envoy);
});

test('every error is in the table', () => {
  const named = table('Refusals of a call').flatMap(([error = '']) => error.split(', '));
  expect(named.map((each) => each.replaceAll('`', '')).toSorted()).toEqual([...ERROR_CODES].toSorted());
});
