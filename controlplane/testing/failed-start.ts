import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeFlags } from '../../test/lab/programs/node-flags.ts';
import { startLocalControlPlane } from '../../test/lab/programs/local-control-plane.ts';

const DAYBREAK = join(import.meta.dirname, '../../cli/main.ts');
/** The time limit of the failing start, in milliseconds; a control plane that still runs is then killed, which changes the exit code. */
const LIMIT_MS = 120_000;

/** One part that cannot be opened: its flags, and texts that the error must contain. */
type Broken = {
  readonly flags: (at: StartEnvironment) => readonly string[];
  readonly says: (at: StartEnvironment) => readonly string[];
};
type StartEnvironment = { readonly folder: string; readonly taken: string };

const badFile = (flag: string, ...more: readonly string[]): Broken => ({
  flags: ({ folder }) => [flag, join(folder, 'bad'), ...more],
  says: ({ folder }) => [join(folder, 'bad'), '(FILE_UNUSABLE)'],
});

/** The parts that a control plane opens at its start, each made to fail. */
const BROKEN: Readonly<Record<string, Broken>> = {
  'the port of the API is taken': {
    flags: ({ taken }) => ['--api', taken],
    says: ({ taken }) => [
      'EADDRINUSE',
      `--api="${taken}": another program listens there`,
      '(ADDRESS_UNUSABLE)',
    ],
  },
  'the port of ADS is taken': {
    flags: ({ taken }) => ['--ads', taken],
    says: ({ taken }) => [
      'EADDRINUSE',
      `--ads="${taken}": another program listens there`,
      '(ADDRESS_UNUSABLE)',
    ],
  },
  'the address of the API is not this machine’s': {
    // TEST-NET-1 (RFC 5737): no machine has this address.
    flags: () => ['--api', '192.0.2.1:0', '--insecure'],
    says: () => ['EADDRNOTAVAIL', '192.0.2.1', '(ADDRESS_UNUSABLE)'],
  },
  'the address of ADS is not this machine’s': {
    flags: () => ['--ads', '192.0.2.1:0', '--insecure'],
    says: () => ['EADDRNOTAVAIL', '192.0.2.1', '(ADDRESS_UNUSABLE)'],
  },
  'the credentials cannot be read': badFile('--credentials'),
  'the tokens cannot be read': badFile('--tokens'),
  // The settings refuse it before the file is read.
  'a client CA is given without TLS': {
    flags: ({ folder }) => ['--client-ca', join(folder, 'bad')],
    says: ({ folder }) => [join(folder, 'bad'), '(SETTINGS_INVALID)'],
  },
  'the certificate cannot be read': {
    flags: ({ folder }) => ['--tls-cert', join(folder, 'bad'), '--tls-key', join(folder, 'bad')],
    says: ({ folder }) => [join(folder, 'bad'), '(FILE_UNUSABLE)'],
  },
};

/**
 * Tests the start of a control plane with each part failing in turn. It exits with 1 and one line that names the part, and
 * leaves nothing behind: another control plane then opens the same store. `where`: `--data` or `--store` and its value.
 */
export function failedStarts(where: (folder: string) => Promise<readonly string[]>): void {
  let at: StartEnvironment;
  let store: readonly string[];
  let other: ReturnType<typeof createServer>;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daybreak-start-'));
    await writeFile(join(folder, 'bad'), 'neither JSON nor PEM');
    other = createServer().listen({ host: '127.0.0.1', port: 0 });
    await once(other, 'listening');
    at = { folder, taken: `127.0.0.1:${(other.address() as AddressInfo).port}` };
    store = await where(folder);
  });
  afterEach(async () => {
    other.close();
    await rm(at.folder, { recursive: true });
  });

  it.each(Object.entries(BROKEN))(
    'exits with 1 if %s',
    async (_what, { flags, says }) => {
      const { exitCode, stdout, stderr } = await start(store, flags(at));
      const lines = stderr.split('\n').filter((line) => line.startsWith('daybreak: '));
      expect({ exitCode, stdout, lines: lines.length }).toEqual({ exitCode: 1, stdout: '', lines: 1 });
      for (const word of says(at)) expect(lines[0]).toContain(word);
      expect(stderr).not.toMatch(/ {4}at /);
      const next = await startLocalControlPlane(store);
      expect(await next.stop()).toBe(0);
    },
    2 * LIMIT_MS,
  );
}

function start(store: readonly string[], flags: readonly string[]) {
  const free = ['--api', '--ads'].flatMap((flag) => (flags.includes(flag) ? [] : [flag, '127.0.0.1:0']));
  const args = [...nodeFlags('daybreak'), DAYBREAK, 'controlplane', ...store, ...free, ...flags];
  return execa(process.execPath, args, {
    reject: false,
    stdin: 'ignore',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
}
