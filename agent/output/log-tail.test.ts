import { expect, test } from 'vitest';
import { createLogTail } from './log-tail.ts';

test('keeps the last whole lines within its bound', () => {
  const tail = createLogTail(10);
  expect(tail.text()).toBe('');
  for (let line = 0; line < 100; line += 1) tail.add(`l${line}\n`);
  expect(tail.text()).toBe('l98\nl99\n');
  tail.add('l100\nl101\n');
  expect(tail.text()).toBe('l100\nl101\n');
});
