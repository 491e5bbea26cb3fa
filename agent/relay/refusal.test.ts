import { expect, test } from 'vitest';
import { describeRefusal } from './refusal.ts';

test("Envoy's words stay as they are, on one line", () => {
  expect(describeRefusal('listener a: not good\nlistener b: nor this\n')).toBe(
    'listener a: not good; listener b: nor this',
  );
});

test.each(['0.0.0.0:15000', '[::]:15000'])('a port of %s that is taken is said to be', (address) => {
  const words = `listener(s) l: cannot bind '${address}': Address already in use`;
  expect(describeRefusal(`${words}\n`)).toBe(
    `${words} (another program of this host listens on port 15000, which Envoy is to have)`,
  );
});
