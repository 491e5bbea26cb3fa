import { expect, test } from 'vitest';
import { textLine } from './log-text.ts';

test('a text line has the form of Envoy: time, process id, level, program, message, and the other fields by name', () => {
  const fields = { level: 'warning', program: 'agent', time: '2026-11-21T07:03:49.333Z', msg: 'a\nb' };
  const more = { code: 'NACK', bytes: 3, files: ['/a b'], err: { type: 'Error', message: 'no disk' } };
  expect(textLine(JSON.stringify({ ...fields, ...more }))).toBe(
    `[2026-11-21 07:03:49.333][${process.pid}][warning][agent] a; b code=NACK bytes=3 files=["/a b"] err="no disk"\n`,
  );
});
