import { expect, test } from 'vitest';
import { createTail } from './tail.ts';

test.each([
  { chunks: ['abc', 'def'], kept: 'abcdef' },
  { chunks: ['abc', 'def', 'g'], kept: '[1 bytes before this are lost]\nbcdefg' },
  { chunks: ['abcdefghij'], kept: '[4 bytes before this are lost]\nefghij' },
  { chunks: ['a', 'b', 'cdefghijkl'], kept: '[6 bytes before this are lost]\nghijkl' },
])('of $chunks the last six bytes are kept', ({ chunks, kept }) => {
  const tail = createTail(6);
  for (const chunk of chunks) tail.append(Buffer.from(chunk));
  expect(tail.text()).toBe(kept);
});
