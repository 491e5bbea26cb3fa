import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { otherThan } from './upgrades.ts';
import { runs } from '../../../common/testing/short-form.ts';

const NAME = 'websocket';
const expression = new RegExp(`^(?:${otherThan(NAME)})$`);

test.each(['websocket', 'WebSocket', 'WEBSOCKET'])('%s does not count as another name', (name) => {
  expect(expression.test(name)).toBe(false);
});

test('a name with one different letter is another name', () => {
  const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  const near = fc.tuple(fc.nat(NAME.length), fc.boolean(), fc.string({ unit: visible, maxLength: 12 }));
  fc.assert(
    fc.property(near, ([kept, capital, rest]) => {
      const beginning = NAME.slice(0, kept);
      const name = `${capital ? beginning.toUpperCase() : beginning}${rest}`;
      const differs = NAME.split('').some(
        (letter, at) => at < name.length && name[at]?.toLowerCase() !== letter,
      );
      expect(expression.test(name)).toBe(differs);
    }),
    { numRuns: runs(2000) },
  );
});
