import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Verdict } from '../custom-config/validate-bootstrap.ts';
import { startEnvoy } from '../supervisor/envoy-process/envoy-process.ts';
import { createDiagnosis } from './diagnose.ts';
import { makeMemoryCgroup, removeMemoryCgroup } from './testing/memory-cgroup.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-ending-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const ACCEPTED: Verdict = { kind: 'accepted' };
const REFUSED: Verdict = { kind: 'refused', words: 'no such field' };

/** Runs a stand-in, and explains its end. `log`: what it wrote. `kills`: the counter before and after. */
async function explain(
  content: string,
  { wasLive = false, log = '', verdict = ACCEPTED, kills = [0, 0] } = {},
) {
  const binary = join(folder, 'envoy');
  writeFileSync(binary, content, { mode: 0o755 });
  const counts = [...kills];
  const diagnosis = createDiagnosis({
    binary: () => binary,
    validate: async () => verdict,
    countOomKills: () => counts.shift(),
  });
  diagnosis.read(Buffer.from("cannot bind 'of the previous Envoy': Address already in use"));
  diagnosis.begin();
  const { exited } = await startEnvoy({ binary, args: [], env: process.env, stdoutFd: 1, stderrFd: 2 });
  diagnosis.read(Buffer.from(log));
  return diagnosis.explain(await exited, false, wasLive);
}

const ends = (script: string) => `#!/bin/sh\n${script}\n`;
const REFUSAL = "[critical][main] error `no such field` initializing config 'b.json'";

describe('the cause of an end', () => {
  test.each([
    ['it ends at once with a code', ends('exit 3'), {}, { kind: 'exit-code', code: 3 }],
    ['it crashes', ends('kill -SEGV $$'), {}, { kind: 'signal', signal: 'SIGSEGV' }],
    ['it is killed', ends('kill -KILL $$'), {}, { kind: 'signal', signal: 'SIGKILL' }],
    ['the kernel killed it', ends('kill -KILL $$'), { kills: [4, 5] }, { kind: 'out-of-memory' }],
    [
      'it was killed, and the kernel does not count',
      ends('kill -KILL $$'),
      { kills: [] },
      { kind: 'signal', signal: 'SIGKILL' },
    ],
    [
      'it refuses its configuration',
      ends('exit 1'),
      { verdict: REFUSED, log: REFUSAL },
      { kind: 'configuration-refused', words: 'no such field' },
    ],
    [
      'it refuses to be validated, and did not refuse its configuration',
      ends('exit 1'),
      { verdict: REFUSED },
      { kind: 'exit-code', code: 1 },
    ],
    [
      'a port is in use',
      ends('exit 1'),
      { log: `error \`cannot bind '0.0.0.0:80': Address already in use\` initializing config` },
      { kind: 'port-taken', words: "cannot bind '0.0.0.0:80': Address already in use" },
    ],
    [
      'it served before',
      ends('exit 1'),
      { verdict: REFUSED, log: REFUSAL, wasLive: true },
      { kind: 'exit-code', code: 1 },
    ],
    [
      'it is not a program',
      'envoy',
      {},
      { kind: 'cannot-execute', why: expect.stringMatching(/envoy is not a program$/) },
    ],
    ['it is empty', '', {}, { kind: 'cannot-execute', why: expect.stringMatching(/envoy is empty$/) }],
    [
      'its interpreter is missing',
      '#!/no/such\n',
      {},
      { kind: 'cannot-execute', why: expect.stringMatching(/needs \/no\/such/) },
    ],
    [
      'a library is missing',
      ends('exit 127'),
      { log: 'error while loading shared libraries: libm.so.6\n' },
      { kind: 'cannot-execute', why: 'error while loading shared libraries: libm.so.6' },
    ],
    [
      'it is being replaced',
      ends('exit 126'),
      { log: 'sh: 1: exec: envoy: Text file busy' },
      { kind: 'exit-code', code: 126 },
    ],
  ])('%s', async (_, content, world, cause) => {
    expect(await explain(content, world)).toEqual(cause);
  });
});

const cgroup = makeMemoryCgroup(256 * 1024 * 1024);

test.skipIf(cgroup === undefined)('a program that takes all memory of its cgroup', () => {
  onTestFinished(() => removeMemoryCgroup(cgroup ?? ''));
  const program = join(import.meta.dirname, 'testing/eat-memory.ts');
  const script = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
  const said = execFileSync('sh', ['-c', script, cgroup ?? '', process.execPath, program], {
    timeout: 120_000,
  });
  expect(JSON.parse(said.toString())).toEqual({ kind: 'out-of-memory' });
});
