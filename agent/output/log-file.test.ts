import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openLogFile, type LogFile } from './log-file.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'log-file-')), 'logs');
  mkdirSync(folder);
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true }));
  path = join(folder, 'envoy.log');
});

async function openFile(maxBytes: number, keep = 1000) {
  const problems: (string | undefined)[] = [];
  const file = await openLogFile({ path, maxBytes, keep }, (reason) => problems.push(reason));
  onTestFinished(() => file.close());
  return { file, problems };
}

const write = (file: LogFile, text: string) => file.write(Buffer.from(text));
/** The renamed files, oldest first, and the log file. */
const files = () => [
  ...readdirSync(folder)
    .filter((name) => name !== 'envoy.log')
    .toSorted(),
  'envoy.log',
];
const contents = () => files().map((name) => readFileSync(join(folder, name), 'utf8'));

test('a full file is renamed, and a new one begun: no line is lost, cut, or repeated', async () => {
  const { file, problems } = await openFile(100);
  const lines = Array.from({ length: 400 }, (_, index) => `${'x'.repeat(index % 37)} ${index}\n`);
  // Several writers at once, each with several lines.
  for (let index = 0; index < lines.length; index += 8) {
    await Promise.all([0, 4].map((at) => write(file, lines.slice(index + at, index + at + 4).join(''))));
  }
  expect(contents().join('')).toBe(lines.join(''));
  for (const content of contents()) {
    expect(content.length).toBeLessThanOrEqual(100);
    expect(content.endsWith('\n')).toBe(true);
  }
  expect(files()[0]).toMatch(/^envoy\.log\.\d{10}$/);
  expect(problems).toEqual([]);
});

test('keeps the newest files, and deletes only files that it has named', async () => {
  for (const other of ['envoy.log.old', 'envoy.log.1.gz', 'other.log.1'])
    writeFileSync(join(folder, other), '');
  const { file } = await openFile(10, 2);
  for (let index = 0; index < 9; index += 1) await write(file, `line ${index} \n`);
  const rotated = files().filter((name) => /^envoy\.log\.\d+$/.test(name));
  expect(rotated.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['line 6 \n', 'line 7 \n']);
  expect(readFileSync(path, 'utf8')).toBe('line 8 \n');
  expect(files()).toEqual(expect.arrayContaining(['envoy.log.old', 'envoy.log.1.gz', 'other.log.1']));
});

test('with 0 files to keep, only the log file is left', async () => {
  const { file } = await openFile(10, 0);
  for (let index = 0; index < 5; index += 1) await write(file, `line ${index} \n`);
  expect(contents()).toEqual(['line 4 \n']);
});

test('a line that is longer than the file has a file of its own', async () => {
  const { file } = await openFile(10);
  await write(file, `a\n${'b'.repeat(50)}\nc\n`);
  expect(contents()).toEqual(['a\n', `${'b'.repeat(50)}\n`, 'c\n']);
});

test('continues the file of the agent before', async () => {
  writeFileSync(path, 'before\n');
  const { file } = await openFile(1000);
  await write(file, 'after\n');
  expect(contents()).toEqual(['before\nafter\n']);
});

test.skipIf(SHORT_FORM)(
  'a folder that is gone loses only the lines of that time, and says so once',
  async () => {
    const { file, problems } = await openFile(1000);
    await write(file, 'one\n');
    renameSync(folder, `${folder}.away`);
    await expect.poll(() => write(file, 'lost\n')).toBe(5);
    await write(file, 'lost\n');
    renameSync(`${folder}.away`, folder);
    await expect.poll(() => write(file, 'two\n')).toBe(0);
    expect(readFileSync(path, 'utf8').replaceAll('lost\n', '')).toBe('one\ntwo\n');
    expect(problems).toEqual([expect.stringContaining('ENOENT'), undefined]);
  },
);

test.skipIf(SHORT_FORM)('a log file that another program renamed is begun again', async () => {
  const { file } = await openFile(1000);
  await write(file, 'one\n');
  renameSync(path, `${path}.moved`);
  await expect
    .poll(async () => {
      await write(file, 'two\n');
      return readdirSync(folder);
    })
    .toContain('envoy.log');
});

test.each<[string, () => void]>([
  ['a link', () => symlinkSync(join(folder, 'elsewhere'), path)],
  ['a folder', () => mkdirSync(path)],
  ['a named pipe', () => execFileSync('mkfifo', [path])],
])('%s at the path is not opened', async (_, make) => {
  make();
  await expect(openFile(1000)).rejects.toThrow(/ELOOP|EISDIR|ENXIO|not a regular file/);
  expect(readdirSync(folder)).toEqual(['envoy.log']);
});
