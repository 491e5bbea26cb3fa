import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followFiles, type Followed } from './followed-files.ts';
import { createLog } from '../log.ts';

let folder: string;
let followed: Followed<string> | undefined;
const readings: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-followed-'));
  readings.length = 0;
});
afterEach(async () => {
  followed?.close();
  await rm(folder, { recursive: true });
});

const path = (name: string): string => join(folder, name);
/** In one turn, so that no poll of this process finds the file empty. */
const write = (name: string, text: string): void => writeFileSync(path(name), text);

/** Watches files that may contain only capital letters. */
async function follow(...names: string[]): Promise<Followed<string>> {
  followed = await followFiles({
    what: 'letters',
    files: names.map(path),
    read: (...contents) => {
      const text = contents.join('');
      if (!/^[A-Z]*$/.test(text)) throw new Error(`not all capital: ${text}`);
      return text;
    },
    log: createLog('test', 'silent'),
    interval: 10,
    onReading: (outcome) => readings.push(outcome),
  });
  return followed;
}
const until = async (text: string): Promise<void> => {
  await expect.poll(() => followed?.current()).toBe(text);
};

test('a file that is written, replaced or linked elsewhere is read again, and listeners are called', async () => {
  write('a', 'A');
  const told: string[] = [];
  const stop = (await follow('a')).onChange((value) => told.push(value));
  write('a', 'B');
  await until('B');
  write('new', 'C');
  await rename(path('new'), path('a'));
  await until('C');
  write('d', 'D');
  await symlink('d', path('link'));
  await rename(path('link'), path('a'));
  await until('D');
  expect(told).toEqual(['B', 'C', 'D']);
  stop();
  write('d', 'E');
  await until('E');
  expect(told).toEqual(['B', 'C', 'D']);
});

test('the last good value stays in force while the files are invalid, and valid files are read again', async () => {
  write('a', 'A');
  await follow('a');
  write('a', 'not good');
  await expect.poll(() => readings).toEqual(['refused']);
  await rm(path('a'));
  await expect.poll(() => readings).toEqual(['refused', 'refused']);
  expect(followed?.current()).toBe('A');
  write('a', 'B');
  await until('B');
  expect(readings.at(-1)).toBe('read');
});

test('a defect in a listener is reported as a defect of the program; it ended the watch silently', async () => {
  write('a', 'A');
  const fault = new Promise<unknown>((resolve) => {
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').once('unhandledRejection', (error) => {
      for (const other of others) process.on('unhandledRejection', other);
      resolve(error);
    });
  });
  (await follow('a')).onChange(() => {
    throw new Error('a fault');
  });
  write('a', 'B');
  expect(await fault).toMatchObject({ message: 'a fault' });
});

test('reads several files as one value', async () => {
  write('a', 'A');
  write('b', 'B');
  await follow('a', 'b');
  expect(followed?.current()).toBe('AB');
  write('b', 'C');
  await until('AC');
});

test('an invalid file at the start is an error', async () => {
  write('a', 'bad');
  await expect(follow('a')).rejects.toThrow('not all capital: bad');
  await expect(follow('none')).rejects.toMatchObject({
    message: `the letters cannot be read from ${path('none')}`,
    cause: { code: 'ENOENT' },
  });
  expect(await readFile(path('a'), 'utf8')).toBe('bad');
});
