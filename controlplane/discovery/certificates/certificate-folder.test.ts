import { appendFileSync, mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { until } from '../../../test/lab/until.ts';
import { followFolder } from './certificate-folder.ts';
import type { Watch } from '../watch.ts';

const log = createLog('test', 'silent');
const ARN = 'arn:aws:acm:us-east-1:111122223333:certificate/red';
const NOWHERE: Watch<string> = {
  current: () => 'elsewhere',
  settled: () => true,
  trouble: () => undefined,
  answeredAt: () => 7,
  close: () => undefined,
};

let folder: string;
let watch: Watch<string> | undefined;
let read: string[];
let changes: number;
let closed: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-certificates-'));
  [read, changes, closed] = [[], 0, 0];
});
afterEach(async () => {
  watch?.close();
  await rm(folder, { recursive: true });
});

function follow(): Watch<string> {
  watch = followFolder({
    folder,
    arn: ARN,
    files: ['certificate.pem', 'key.pem'],
    read: (where, [chain, key]) => {
      read.push(`${chain} ${key}`);
      if (chain !== key) throw new Error(`${where}: they do not belong together`);
      return `${chain}`;
    },
    elsewhere: () => ({ ...NOWHERE, close: () => void (closed += 1) }),
    onChange: () => void (changes += 1),
    onReading: () => undefined,
    log,
    interval: 20,
  });
  return watch;
}

async function write(chain: string, key = chain, name = ARN): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'certificate.pem'), chain);
  await writeFile(join(folder, name, 'key.pem'), key);
}

test('the folder takes precedence over the value elsewhere, also if the folder appears later', async () => {
  const { current, answeredAt } = follow();
  await until('elsewhere', () => current() === 'elsewhere');
  expect(answeredAt()).toBe(7);
  await write('red', 'red', 'prepared');
  await mkdir(dirname(join(folder, ARN)), { recursive: true });
  await rename(join(folder, 'prepared'), join(folder, ARN));
  await until('the folder', () => current() === 'red');
  expect([changes, closed, answeredAt()]).toEqual([1, 1, undefined]);
});

test('a folder that appears later is neither read nor reported while it is still being written', async () => {
  const { current, trouble } = follow();
  await until('elsewhere', () => current() === 'elsewhere');
  mkdirSync(join(folder, ARN), { recursive: true });
  // This timer fires between any two checks, whose interval is twenty times as long.
  let turns = 0;
  const writing = setInterval(() => {
    turns += 1;
    appendFileSync(join(folder, ARN, turns < 100 ? 'certificate.pem' : 'key.pem'), 'r');
    if (turns === 198) clearInterval(writing);
  }, 1);
  const whole = 'r'.repeat(99);
  await until('the folder', () => current() === whole);
  expect([read, changes, trouble()]).toEqual([[`${whole} ${whole}`], 1, undefined]);
});

test('a change of the files is followed; an unusable change leaves the last value in force, and is reported', async () => {
  await write('red');
  const { current, trouble, settled } = follow();
  await until('the folder', () => current() === 'red');
  expect(settled()).toBe(true);
  await write('blue');
  await until('the change', () => current() === 'blue');
  await write('white', 'another');
  await until('trouble', () => trouble() !== undefined);
  expect(current()).toBe('blue');
  await write('green');
  await until('no trouble', () => current() === 'green' && trouble() === undefined);
  expect(closed).toBe(0);
});

test('a folder that cannot be used does not fall back to the value elsewhere', async () => {
  await write('red', 'another');
  const { current, trouble, settled } = follow();
  await until('trouble', () => trouble() !== undefined);
  expect(trouble()?.reason).toContain('they do not belong together');
  expect([current(), settled()]).toEqual([undefined, true]);
  await write('red');
  await until('the folder', () => current() === 'red');
  expect(trouble()).toBeUndefined();
});
