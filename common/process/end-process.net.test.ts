import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';

/** Makes a network in which the name server does not answer: its packets are lost. */
const SILENT = 'ip link set lo up && iptables -A INPUT -p udp --dport 53 -j DROP';

/** The process asks for a name, and ends. */
const PROGRAM = `
  import { lookup } from 'node:dns';
  import { endDespiteOpenCalls } from ${JSON.stringify(join(import.meta.dirname, 'end-process.ts'))};
  lookup('name.example', () => undefined);
  await endDespiteOpenCalls(7);
  process.exit(7);
`;

test('a process ends although a name server does not answer: Node waited for the lookup', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-end-process-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const resolver = join(folder, 'resolv.conf');
  await writeFile(resolver, 'nameserver 127.0.0.1\n');
  const command = `${SILENT} && mount --bind ${resolver} /etc/resolv.conf && exec "$0" --input-type=module --eval "$1"`;
  const { exitCode } = await execa(
    'unshare',
    ['--net', '--mount', 'sh', '-c', command, process.execPath, PROGRAM],
    // Longer than the limit of this test, which is below.
    { env: { RES_OPTIONS: 'timeout:30 attempts:5' }, reject: false },
  );
  expect(exitCode).toBe(7);
}, 120_000);
