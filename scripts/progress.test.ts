import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createProgress } from './progress.mjs';

function sink() {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}

test.each([
  { terminal: false, text: 'Envoy: installing (5 s) …\nEnvoy: done in 0 s\n' },
  { terminal: true, text: '\r\x1b[2KEnvoy: installing (5 s) … 0 s\r\x1b[2KEnvoy: done in 0 s\n' },
])('a step that succeeds, terminal: $terminal', async ({ terminal, text }) => {
  const out = sink();
  const progress = createProgress(out.stream, { terminal });
  expect(await progress.step('Envoy', 'installing (5 s)', () => Promise.resolve(7))).toBe(7);
  expect(out.text()).toBe(text);
});

test('a step that fails says so, and its error goes on', async () => {
  const out = sink();
  const step = createProgress(out.stream).step('Envoy', 'installing', () =>
    Promise.reject(new Error('no network')),
  );
  await expect(step).rejects.toThrow('no network');
  expect(out.text()).toBe('Envoy: installing …\nEnvoy: failed after 0 s\n');
});
