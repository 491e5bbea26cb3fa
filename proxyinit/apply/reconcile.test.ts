import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { reconcile } from './reconcile.ts';
import { rules } from '../rules/rules.ts';
import { EMPTY, ours, parseSaved, withChains } from '../backend/saved.ts';
import { readProxyinitSettings } from '../settings/settings.ts';
import { rawSettings } from '../testing/raw-settings.ts';

const testdata = join(import.meta.dirname, '../testdata');
const wanted = rules(readProxyinitSettings(rawSettings({})), 'ipv4');
const everything = rules(
  readProxyinitSettings(
    rawSettings({
      APPMESH_APP_PORTS: '80',
      DAYBREAK_DNS: '1',
      DAYBREAK_DNS_SERVERS: '*',
      DAYBREAK_DROP_INVALID: '1',
    }),
  ),
  'ipv4',
);

// Each case is a <case>.saved, an output of iptables-save, with the expected restore of the default settings.
const cases = globSync('*.saved', { cwd: testdata }).sort();

test.each(cases)('%s', async (file) => {
  const saved = parseSaved(readFileSync(join(testdata, file), 'utf8'));
  const stem = join(testdata, basename(file, '.saved'));
  await expect(reconcile(saved, wanted)).toMatchFileSnapshot(`${stem}.restore`);
  await expect(reconcile(saved, []) ?? '# nothing\n').toMatchFileSnapshot(`${stem}.removal`);
});

test.each([
  ['as it was written', (text: string) => text],
  ['with comments unquoted, as other versions print them', (text: string) => text.replaceAll('"', '')],
  ['among the rules of others', (text: string) => text.replace('COMMIT', '-A OUTPUT -j DOCKER\nCOMMIT')],
  ['with counters', (text: string) => text.replaceAll(/^-A/gm, '[12:720] -A')],
])('wanted rules that exist, %s, are left alone', (_, change) => {
  for (const chains of [wanted, everything]) {
    const there = (reconcile(EMPTY, chains) ?? '').replaceAll(/^-I/gm, '-A');
    expect(reconcile(parseSaved(change(there)), chains)).toBeUndefined();
  }
});

test.each([
  ['a rule is missing', (text: string) => text.replace(/^-A APPMESH_EGRESS .*--dports 22 .*\n/m, '')],
  ['two rules have changed places', (text: string) => text.replace(/^(-A APPM.*)\n(-A APPM.*)$/m, '$2\n$1')],
  ['a port is another', (text: string) => text.replace('15001', '15002')],
  ['the jump is missing', (text: string) => text.replace(/^-A OUTPUT .*\n/m, '')],
  ['the jump is another', (text: string) => text.replace('--dst-type LOCAL', '--dst-type UNICAST')],
  ['the jump starts elsewhere', (text: string) => text.replace('-A OUTPUT', '-A PREROUTING')],
])('%s: a restore is needed', (_, change) => {
  expect(reconcile(parseSaved(change(reconcile(EMPTY, wanted) ?? '')), wanted)).toContain('COMMIT');
});

test('tables that redirected traffic needs come before nat, and tables that only lose rules after it', () => {
  const tables = (text = '') => Array.from(text.matchAll(/^\*(\w+)/gm), ([, table]) => table);
  expect(tables(reconcile(EMPTY, everything))).toEqual(['raw', 'mangle', 'nat']);
  expect(tables(reconcile(withChains(EMPTY, everything), wanted))).toEqual(['nat', 'raw', 'mangle']);
});

test('removed rules can be restored unchanged', () => {
  const before = parseSaved(readFileSync(join(testdata, 'eight-jumps.saved'), 'utf8'));
  const after = withChains(EMPTY, wanted);
  const text = reconcile(after, ours(before)) ?? '';
  expect(text.match(/^-A OUTPUT .*APPMESH_EGRESS$/gm)).toHaveLength(3);
});
