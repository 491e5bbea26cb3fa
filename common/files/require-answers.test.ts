import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requireAnswers } from './require-answers.ts';
import { makeMuteFolder } from './testing/mute-folder.ts';

test('missing files, folders and pipes without a writer answer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'answers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  await requireAnswers([folder, join(folder, 'none'), join(folder, 'fifo'), import.meta.filename], 60_000);
});

test('a pause of the whole process does not count: a starved agent took it for a file system that does not answer, and ended', async () => {
  const answered = requireAnswers([import.meta.filename], 1000);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
  await answered;
});

const mute = makeMuteFolder();

test.skipIf(mute === undefined)(
  'a file system that does not answer is an error, and keeps one thread however often it is asked',
  async () => {
    onTestFinished(() => mute?.remove());
    const file = join(mute?.path ?? '', 'file');
    for (let index = 0; index < 6; index += 1) {
      await expect(requireAnswers([file], 50)).rejects.toMatchObject({
        message: 'no answer within 0.05 s',
        path: file,
      });
    }
    await requireAnswers([import.meta.filename], 60_000);
  },
);
