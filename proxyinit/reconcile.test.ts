import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { reconcile } from './reconcile.ts';
import { rules } from './rules.ts';
import { readProxyinitSettings } from './settings.ts';

const testdata = join(import.meta.dirname, 'testdata');
const wanted = rules(readProxyinitSettings({}), 'ipv4');

// One case is one <case>.saved, what iptables-save printed, with what the default settings then restore.
const cases = globSync('*.saved', { cwd: testdata }).sort();

test.each(cases)('%s', async (file) => {
  const saved = readFileSync(join(testdata, file), 'utf8');
  await expect(reconcile(saved, wanted)).toMatchFileSnapshot(
    join(testdata, `${basename(file, '.saved')}.restore`),
  );
});

test.each([
  ['as it was written', (text: string) => text],
  ['with comments unquoted, as other versions print them', (text: string) => text.replaceAll('"', '')],
  ['among the rules of others', (text: string) => text.replace('COMMIT', '-A OUTPUT -j DOCKER\nCOMMIT')],
])('what is wanted and there, %s, is left alone', (_, change) => {
  expect(reconcile(change(reconcile('', wanted) ?? ''), wanted)).toBeUndefined();
});

test.each([
  ['a rule is missing', (text: string) => text.replace(/^-A APPMESH_EGRESS .*--dports 22 .*\n/m, '')],
  ['two rules have changed places', (text: string) => text.replace(/^(-A APPM.*)\n(-A APPM.*)$/m, '$2\n$1')],
  ['a port is another', (text: string) => text.replace('15001', '15002')],
  ['the jump is missing', (text: string) => text.replace(/^-A OUTPUT .*\n/m, '')],
  ['the jump is another', (text: string) => text.replace('--dst-type LOCAL', '--dst-type UNICAST')],
  ['the jump starts elsewhere', (text: string) => text.replace('-A OUTPUT', '-A PREROUTING')],
])('%s: there is something to restore', (_, change) => {
  expect(reconcile(change(reconcile('', wanted) ?? ''), wanted)).toContain('COMMIT');
});
