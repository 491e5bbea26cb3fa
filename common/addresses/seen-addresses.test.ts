import { expect, test } from 'vitest';
import { FORMER_MS, MOST_FORMER, nameAddresses, NOTHING_SEEN, addAnswer } from './seen-addresses.ts';

test('the addresses of the latest answer are current, in sorted order', () => {
  const seen = addAnswer(NOTHING_SEEN, ['10.0.0.2', '10.0.0.1', '10.0.0.2'], 0);
  expect(nameAddresses(seen)).toEqual({ current: ['10.0.0.1', '10.0.0.2'], former: [] });
});

test('an address that is missing from the latest answer stays as a former address for some minutes', () => {
  const moved = addAnswer(addAnswer(NOTHING_SEEN, ['10.0.0.1'], 0), ['10.0.0.2'], 1);
  expect(nameAddresses(moved)).toEqual({ current: ['10.0.0.2'], former: ['10.0.0.1'] });
  const soon = addAnswer(moved, ['10.0.0.2'], FORMER_MS);
  expect(nameAddresses(soon)).toEqual({ current: ['10.0.0.2'], former: ['10.0.0.1'] });
  const later = addAnswer(moved, ['10.0.0.2'], FORMER_MS + 1);
  expect(nameAddresses(later)).toEqual({ current: ['10.0.0.2'], former: [] });
});

test('an address that returns is current again', () => {
  const back = addAnswer(
    addAnswer(addAnswer(NOTHING_SEEN, ['10.0.0.1'], 0), ['10.0.0.2'], 1),
    ['10.0.0.1'],
    2,
  );
  expect(nameAddresses(back)).toEqual({ current: ['10.0.0.1'], former: ['10.0.0.2'] });
});

test('a name with different answers each time keeps a bounded number of former addresses, the latest', () => {
  const address = (number: number) => `10.0.${number >> 8}.${number & 255}`;
  let seen = NOTHING_SEEN;
  for (let number = 0; number < MOST_FORMER + 10; number += 1)
    seen = addAnswer(seen, [address(number)], number);
  const { current, former } = nameAddresses(seen);
  expect(current).toEqual([address(MOST_FORMER + 9)]);
  expect(former).toHaveLength(MOST_FORMER);
  expect(former).not.toContain(address(0));
  expect(former).toContain(address(MOST_FORMER + 8));
});
