import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SettingsError } from '../common/settings.ts';
import { planApply } from './apply.ts';
import { hostWithout } from './inspect.ts';
import { readProxyinitSettings } from './settings.ts';
import { SOURCES, type Source } from './sources.ts';
import { givenBy } from './testdata/given.ts';

// Whatever stands in a value, what is restored consists of lines of ours alone.

const WORD = String.raw`(?:[A-Za-z0-9_:./,+!-]+|"daybreak/[a-z-]+")`;
const LINE = new RegExp(
  String.raw`^(?:\*(?:raw|mangle|nat|filter)|COMMIT|-X APPMESH_\w+|:APPMESH_\w+ - \[0:0\]|-[AID] (?:OUTPUT|PREROUTING|INPUT|APPMESH_\w+)(?: ${WORD})+)$`,
);
const TARGETS = /-j (?!RETURN$|DROP$|REDIRECT --to-ports \d+$|CT --zone [12]$|APPMESH_\w+$)/;

const variables = Object.values(SOURCES).map(
  (source: Source) => `DAYBREAK_${source.flag.toUpperCase().replaceAll('-', '_')}`,
);
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
const environment = fc.dictionary(fc.constantFrom(...variables), value, { maxKeys: 4 });

test('nothing can be injected through a value', () => {
  let accepted = 0;
  fc.assert(
    fc.property(environment, (env) => {
      const text = restored(env);
      if (text === undefined) return;
      accepted += 1;
      for (const line of text.trimEnd().split('\n')) {
        expect(line).toMatch(LINE);
        expect(line).not.toMatch(TARGETS);
      }
    }),
    { numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

function restored(env: Record<string, string>): string | undefined {
  try {
    const settings = readProxyinitSettings(givenBy(env, { nameservers: ['10.0.0.2'] }));
    return planApply(hostWithout(settings.families, 'nft'), settings)
      .map(({ text }) => text)
      .join('');
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}
