import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import type { Family } from './address.ts';
import { reconcile } from './reconcile.ts';
import { rules } from './rules.ts';
import { readProxyinitSettings } from './settings.ts';

const testdata = join(import.meta.dirname, 'testdata');

// One case is one <case>.env with one golden file a family: what a fresh host is given.
const cases = globSync('*.env', { cwd: testdata })
  .sort()
  .flatMap((file) => {
    const settings = readProxyinitSettings(parseEnv(readFileSync(join(testdata, file), 'utf8')));
    const families: readonly Family[] = settings.ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
    return families.map((family) => {
      const golden = `${basename(file, '.env')}.${family === 'ipv4' ? 'v4' : 'v6'}.rules`;
      return { golden, family, settings };
    });
  });

test.each(cases)('$golden', async ({ golden, family, settings }) => {
  await expect(reconcile('', rules(settings, family))).toMatchFileSnapshot(join(testdata, golden));
});
