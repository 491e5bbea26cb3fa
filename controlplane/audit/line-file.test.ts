import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openLineFile, type LineFile } from './line-file.ts';

let folder: string;
let lines: LineFile;
const outcomes: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-lines-'));
  outcomes.length = 0;
});
afterEach(async () => {
  await lines.close();
  await rm(folder, { recursive: true });
});

const path = (name: string): string => join(folder, name);
const start = (file: string, most?: number): void => {
  lines = openLineFile({
    file,
    log: createLog('test', 'silent'),
    onLine: (outcome) => outcomes.push(outcome),
    pause: 5,
    ...(most === undefined ? {} : { most }),
  });
};
const until = async (name: string, text: string): Promise<void> => {
  await expect.poll(() => readFile(path(name), 'utf8')).toBe(text);
};

test('lines are appended in order to the existing content', async () => {
  await writeFile(path('log'), 'before\n');
  start(path('log'));
  const many = Array.from({ length: 5000 }, (_, index) => `line ${index} ${'x'.repeat(100)}`);
  for (const line of many) lines.append(line);
  await until('log', ['before', ...many, ''].join('\n'));
  expect(outcomes).toHaveLength(5000);
  lines.append('later');
  await until('log', ['before', ...many, 'later', ''].join('\n'));
});

test('an unfinished line of another program is ended before the next line', async () => {
  await writeFile(path('log'), '{"torn":');
  start(path('log'));
  lines.append('next');
  await until('log', '{"torn":\nnext\n');
});

test('after the file was moved away a new one is opened, on detection or on reopen', async () => {
  start(path('log'));
  lines.append('1');
  await until('log', '1\n');
  await rename(path('log'), path('log.1'));
  lines.append('2');
  await until('log', '2\n');
  lines.reopen();
  lines.append('3');
  await until('log', '2\n3\n');
  expect(await readFile(path('log.1'), 'utf8')).toBe('1\n');
});

test('lines queue while the file cannot be written, and are written after it can', async () => {
  start(path('later/log'));
  lines.append('1');
  lines.append('2');
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(outcomes).toEqual([]);
  await mkdir(path('later'));
  await until('later/log', '1\n2\n');
  expect(outcomes).toEqual(['written', 'written']);
});

test('a full disk does not block callers, and the queue is bounded', async () => {
  start('/dev/full', 100);
  for (let index = 0; index < 10; index += 1) lines.append('x'.repeat(29));
  expect(outcomes).toEqual(Array.from({ length: 7 }, () => 'lost'));
  await lines.close();
  expect(outcomes).toHaveLength(10);
  lines.append('after the end');
  expect(outcomes).toEqual(Array.from({ length: 11 }, () => 'lost'));
});

test('queued lines are written before the end', async () => {
  start(path('log'));
  lines.append('last');
  await lines.close();
  expect(await readFile(path('log'), 'utf8')).toBe('last\n');
});
