import { closeSync, openSync, readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEnvoy } from '../supervisor/envoy-process/envoy-process.ts';
import { makeFifo } from './fifo.ts';
import { forwardLines } from './forward-lines.ts';
import { writeTo } from './write-lines.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'output-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['lines in one piece', ['one\ntwo\n'], 'one\ntwo\n'],
  ['a line in pieces', ['o', 'n', 'e\ntw', 'o\n'], 'one\ntwo\n'],
  ['a last line without its end', ['one\ntwo'], 'one\ntwo'],
  ['a line that is too long to wait for its end', ['x'.repeat(70_000), 'y\n'], `${'x'.repeat(70_000)}y\n`],
  ['nothing', [], ''],
])('%s', async (_, chunks, written) => {
  const path = join(folder, 'out');
  const fd = openSync(path, 'w');
  const source = new PassThrough();
  const forwarder = forwardLines(source, writeTo(fd), () => undefined);
  for (const chunk of chunks) source.write(chunk);
  source.end();
  await forwarder.done;
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe(written);
});

test('an incomplete line waits for its end, so that lines of several writers do not mix', async () => {
  const path = join(folder, 'out');
  const fd = openSync(path, 'w');
  const source = new PassThrough();
  const forwarder = forwardLines(source, writeTo(fd), () => undefined);
  source.write('one\nhalf a li');
  await expect.poll(() => readFileSync(path, 'utf8')).toBe('one\n');
  source.end('ne\n');
  await forwarder.done;
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('one\nhalf a line\n');
});

test('a stuck reader blocks nothing; lost lines are counted', async () => {
  const stuck = await makeFifo(join(folder, 'stuck'));
  const source = new PassThrough();
  const lost: number[] = [];
  const forwarder = forwardLines(source, writeTo(stuck.writeFd), (bytes) => lost.push(bytes));
  const line = `${'x'.repeat(1023)}\n`;
  const sent = 3000;
  for (let index = 0; index < sent; index += 1) {
    if (!source.write(line)) await new Promise((resolve) => source.once('drain', resolve));
  }
  await expect.poll(() => forwarder.dropped()).toBeGreaterThan(0);
  source.end();

  let received = 0;
  stuck.reader.on('data', (chunk: Buffer) => (received += chunk.length));
  await forwarder.done;
  stuck.closeWriteEnd();
  await new Promise((resolve) => stuck.reader.once('close', resolve));
  expect(received + forwarder.dropped()).toBe(sent * line.length);
  expect(received % line.length).toBe(0);
  expect(lost.reduce((sum, bytes) => sum + bytes, 0)).toBe(forwarder.dropped());
});

test('a closed output blocks nothing; all lines are lost and counted', async () => {
  const gone = await makeFifo(join(folder, 'gone'));
  const source = new PassThrough();
  const forwarder = forwardLines(source, writeTo(gone.writeFd), () => undefined);
  gone.reader.destroy();
  await new Promise((resolve) => gone.reader.once('close', resolve));
  source.end('one\ntwo\n');
  await forwarder.done;
  expect(forwarder.dropped()).toBe(8);
  gone.closeWriteEnd();
});

test('a child can reopen its end as /dev/stdout', async () => {
  const fifo = await makeFifo(join(folder, 'fifo'));
  const { exited } = await startEnvoy({
    binary: 'sh',
    args: ['-c', 'echo inherited; echo by name > /dev/stdout; echo error >> /dev/stderr'],
    env: process.env,
    stdoutFd: fifo.writeFd,
    stderrFd: fifo.writeFd,
  });
  let text = '';
  fifo.reader.on('data', (chunk: Buffer) => (text += chunk.toString()));
  expect(await exited).toEqual({ code: 0, signal: null });
  fifo.closeWriteEnd();
  await new Promise((resolve) => fifo.reader.once('close', resolve));
  expect(text).toBe('inherited\nby name\nerror\n');
});
