import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SettingsError } from '../../common/settings.ts';
import { planApply } from '../apply/apply.ts';
import type { RawSettings } from '../settings/raw-settings.ts';
import { hostWithout } from '../backend/inspect.ts';
import { readProxyinitSettings } from '../settings/settings.ts';
import { SOURCES, type Source } from '../settings/sources.ts';
import { rawSettings } from '../testing/raw-settings.ts';
import { runs } from '../../common/testing/short-form.ts';

// With any text in a value, a restore consists only of lines that we expect.

const WORD = String.raw`(?:[A-Za-z0-9_:./,+!-]+|"daybreak/[a-z-]+")`;
const LINE = new RegExp(
  String.raw`^(?:\*(?:raw|mangle|nat|filter)|COMMIT|-X APPMESH_\w+|:APPMESH_\w+ - \[0:0\]|-[AID] (?:OUTPUT|PREROUTING|INPUT|APPMESH_\w+)(?: ${WORD})+)$`,
);
const TARGETS = /-j (?!RETURN$|DROP$|REDIRECT --to-ports \d+$|CT --zone [12]$|APPMESH_\w+$)/;

const sources: readonly Source[] = Object.values(SOURCES);
const names = {
  flags: sources.map(({ flag }) => flag),
  env: sources.flatMap(({ flag, appmesh }) => [
    `DAYBREAK_${flag.toUpperCase().replaceAll('-', '_')}`,
    ...(appmesh === undefined ? [] : [appmesh]),
  ]),
  properties: sources.flatMap(({ property }) => (property === undefined ? [] : [property])),
};
const bait = fc.constantFrom(
  '8080',
  '10.0.0.0/8',
  '1',
  '*',
  '\n',
  '\r',
  '\0',
  ' ',
  ',',
  '"',
  "'",
  '-j ACCEPT',
  '-A OUTPUT -j DROP',
  'COMMIT',
  '*filter',
  '$(id)',
  '`id`',
  ';',
  '#',
  '+',
  ':',
  '/',
  'docker0',
  'fd00::/8',
  '%eth0',
);
const value = fc.array(fc.oneof(bait, fc.string()), { maxLength: 4 }).map((parts) => parts.join(''));
const some = (keys: readonly string[], maxKeys: number) =>
  fc.dictionary(fc.constantFrom(...keys), value, { maxKeys });
const anything = fc.record({
  flags: some(names.flags, 2),
  env: some(names.env, 3),
  properties: some(names.properties, 1),
  nameservers: fc.array(value, { maxLength: 2 }),
});

test('no value from any source can inject text into a restore', () => {
  let accepted = 0;
  fc.assert(
    fc.property(anything, (given) => {
      const text = restored(given);
      if (text === undefined) return;
      accepted += 1;
      for (const line of text.trimEnd().split('\n')) {
        expect(line).toMatch(LINE);
        expect(line).not.toMatch(TARGETS);
      }
    }),
    { numRuns: runs(3000) },
  );
  // Most values are rejected; enough must be accepted for the property to be meaningful.
  expect(accepted).toBeGreaterThan(runs(3000) / 100);
});

function restored({
  env,
  ...more
}: Pick<RawSettings, 'env' | 'flags' | 'properties' | 'nameservers'>): string | undefined {
  try {
    const settings = readProxyinitSettings(rawSettings(env, more));
    return planApply(hostWithout(settings.families, 'nft'), settings)
      .map(({ text }) => text)
      .join('');
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}
