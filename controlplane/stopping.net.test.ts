import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { startMute } from '../common/testing/mute.ts';
import { readFile } from 'node:fs/promises';
import { until } from '../test/lab/until.ts';

const DAYBREAK = join(import.meta.dirname, '../cli/main.ts');

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a control plane that is process 1 of a container ends by %s while it waits for its store: it ignored the signal', async (signal, exitCode) => {
  const { port, open } = await startMute();
  const store = ['--store', `postgres://user@127.0.0.1:${port}/database`];
  const listen = ['--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const command = [process.execPath, DAYBREAK, 'controlplane', ...store, ...listen];
  const unshare = execa('unshare', ['--pid', '--fork', '--kill-child', '--', ...command], {
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
  });
  await until('a connection to the store', () => (open() ?? 0) > 0);
  const children = await readFile(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8');
  process.kill(Number(children.trim()), signal);
  // Without a handler, the kernel drops the signal, and the control plane exits with 1 by itself when its wait is over.
  expect(await unshare).toMatchObject({ exitCode });
});
