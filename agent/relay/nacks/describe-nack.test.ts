import { expect, test } from 'vitest';
import { describeNack } from './describe-nack.ts';

test("Envoy's message is kept, on one line", () => {
  expect(describeNack('listener a: not good\nlistener b: nor this\n')).toBe(
    'listener a: not good; listener b: nor this',
  );
});

test.each(['0.0.0.0:15000', '[::]:15000'])('a port in use is explained: %s', (address) => {
  const words = `listener(s) l: cannot bind '${address}': Address already in use`;
  expect(describeNack(`${words}\n`)).toBe(
    `${words} (another program of this host listens on port 15000, which Envoy needs)`,
  );
});
