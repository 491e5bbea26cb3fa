import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { hostWithout } from '../backend/inspect.ts';
import { planApply } from '../apply/apply.ts';
import { readProxyinitSettings } from '../settings/settings.ts';
import { rawSettings } from '../testing/raw-settings.ts';

const testdata = join(import.meta.dirname, '../testdata');

// Each case is a <case>.env with one golden file per family: the restore on a host without rules.
const cases = globSync('*.env', { cwd: testdata })
  .sort()
  .flatMap((file) => {
    const env = parseEnv(readFileSync(join(testdata, file), 'utf8'));
    const settings = readProxyinitSettings(rawSettings(env, { nameservers: ['10.0.0.2', 'fd00::2'] }));
    return settings.families.map((family) => {
      const golden = `${basename(file, '.env')}.${family === 'ipv4' ? 'v4' : 'v6'}.rules`;
      return { golden, family, settings };
    });
  });

test.each(cases)('$golden', async ({ golden, family, settings }) => {
  const steps = planApply(hostWithout([family], 'nft'), settings);
  await expect(steps.map(({ text }) => text).join('')).toMatchFileSnapshot(join(testdata, golden));
});
