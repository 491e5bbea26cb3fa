import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../log.ts';
import { followSources } from './followed-sources.ts';
import { sourceName, withLineBreaks, type Source } from './source.ts';

const log = createLog('test', 'silent');
const text = (content: string): Source => ({ kind: 'text', setting: 'KEY', text: content });
const joined = (...contents: readonly Buffer[]) => contents.map(String).join('|');

test('texts are constant', async () => {
  const followed = await followSources({
    what: 'key',
    sources: [text('a'), text('b')],
    read: joined,
    log,
  });
  expect(followed.current()).toBe('a|b');
  followed.close();
});

test('a text beside a file keeps its place when the file changes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-sources-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'cert');
  writeFileSync(path, 'first');
  const file: Source = { kind: 'file', setting: '--cert', path };
  const followed = await followSources({
    what: 'certificate',
    sources: [text('a'), file, text('b')],
    read: joined,
    log,
    interval: 10,
  });
  onTestFinished(followed.close);
  expect(followed.current()).toBe('a|first|b');
  writeFileSync(path, 'second');
  await expect.poll(followed.current).toBe('a|second|b');
});

test('the name of a source is its path or its variable, never its text', () => {
  expect(sourceName(text('secret'))).toBe('KEY');
  expect(sourceName({ kind: 'file', setting: '--key', path: '/k' })).toBe('/k');
});

test.each([
  [String.raw`a\nb\n`, 'a\nb\n'],
  [String.raw`a\r\nb`, 'a\nb'],
  ['a\nb', 'a\nb'],
  [`a\n${String.raw`{"x":"\n"}`}`, `a\n${String.raw`{"x":"\n"}`}`],
])('%j has the lines of %j', (given, lines) => {
  expect(withLineBreaks(given)).toBe(lines);
});
