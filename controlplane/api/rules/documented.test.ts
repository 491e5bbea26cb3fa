import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../http/errors.ts';
import { RULES } from './catalog.ts';
import { ENVOY_TRIALS } from './testing/envoy-trials.ts';

// docs/api-rules.md has every rule and every error, each with the reason that the code gives it, and something that shows it.

const page = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const rules = page('api-rules.md');
const departures = page('departures.md');

/** The rows of the table below a heading, each a list of its cells. */
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

test('every rule of the code is in the table, with its reason, and no other', () => {
  const documented = RULE_ROWS.map(({ rule, reason }) => [rule, reason]);
  expect(documented).toEqual(Object.entries(RULES).toSorted(([a], [b]) => (a < b ? -1 : 1)));
});

test.each(RULE_ROWS)('$rule is shown to be $reason', ({ rule, refused, reason, shown }) => {
  expect(refused).not.toBe('');
  if (reason === 'evidence') expect(shown).toMatch(/\]\(https:\/\//);
  if (reason === 'envoy') expect(Object.keys(ENVOY_TRIALS)).toContain(rule);
  if (reason === 'chosen') expect(departures).toContain(`\`${rule}\``);
});

test('what Envoy is said to refuse and nothing else is tried', () => {
  const envoy = RULE_ROWS.filter(({ reason }) => reason === 'envoy').map(({ rule }) => rule);
  expect(Object.keys(ENVOY_TRIALS).toSorted()).toEqual(envoy);
});

test('every error is in the table', () => {
  const named = table('Refusals of a call').flatMap(([error = '']) => error.split(', '));
  expect(named.map((each) => each.replaceAll('`', '')).toSorted()).toEqual([...ERROR_CODES].toSorted());
});
