import { expect, test } from 'vitest';
import { parseConfig } from './parse-config.ts';

test.each([
  ['a: {b: [1, "2"]}', { a: { b: [1, '2'] } }],
  ['{"a": true, "b": 1.5}', { a: true, b: 1.5 }],
  // As YAML 1.1 has it, which App Mesh's agent read.
  ['mode: 0600\nis: on\nnot: No', { mode: 384, is: true, not: false }],
  ['at: 10:30\nday: 2026-01-02\nv6: ::1', { at: '10:30', day: '2026-01-02', v6: '::1' }],
  ['base: &b {x: 1}\nmore: {<<: *b, z: 2}', { base: { x: 1 }, more: { x: 1, z: 2 } }],
  ['', {}],
  ['# nothing\n', {}],
  ['---\na: 1\n---\n', { a: 1 }],
  ['a: 1\n---\n# the end\n...\n', { a: 1 }],
])('%j', async (text, config) => {
  expect(await parseConfig(text)).toEqual({ config });
});

test.each([
  ['a: [', /at line 1, column/],
  ['a: 1\na: 2', /unique/i],
  ['- a', /the fields of a bootstrap are required at the top/],
  ['text', /the fields of a bootstrap are required at the top/],
  ['a: .inf', /a: Infinity is not a number in JSON/],
  ['a: 1\n---\nb: 2', /document/i],
  [
    `a: &a [1]\n${'bcdefgh'.replaceAll(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    /alias/i,
  ],
])('%j is refused', async (text, problem) => {
  expect(await parseConfig(text)).toEqual({ problem: expect.stringMatching(problem) as unknown });
});
