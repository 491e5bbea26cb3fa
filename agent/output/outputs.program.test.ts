import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { makeFifo } from './fifo.ts';

// The agent's log in a log file, in a process of its own.

/** Runs the body of a program with a log and outputs. Returns its stderr, and the log file if there is one. */
async function run(body: string, name = 'logs') {
  const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name === 'logs' ? 'a.log' : 'missing/a.log');
  const at = (file: string) => JSON.stringify(join(import.meta.dirname, file));
  const program = `
    import { createAgentLog } from ${at('agent-log.ts')};
    import { createOutputs } from ${at('outputs.ts')};
    const agentLog = createAgentLog({}, false);
    const { log } = agentLog;
    const outputs = createOutputs(agentLog);
    await outputs.useFile({ path: ${JSON.stringify(path)}, maxBytes: 1000000, keep: 5 });
    ${body}`;
  const { stderr, exitCode } = await execa(process.execPath, ['--input-type=module', '-e', program], {
    reject: false,
  });
  const messages = (text: string) => [...text.matchAll(/"msg":"([^"]*)"/g)].map(([, message]) => message);
  const file = name === 'logs' ? messages(readFileSync(path, 'utf8')) : undefined;
  return { stderr: messages(stderr), file, exitCode };
}

test('all lines before the end are in the file, and later ones on stderr', async () => {
  const body = `log.info('one'); log.error('two'); log.info('three'); await outputs.close(); log.info('late');`;
  expect(await run(body)).toEqual({ stderr: ['late'], file: ['one', 'two', 'three'], exitCode: 0 });
});

test('the lines before a fault are in the file, although the process ends in the same turn', async () => {
  const body = `log.info('one'); log.fatal('two'); log.info('three'); process.exit(1);`;
  expect(await run(body)).toEqual({ stderr: [], file: ['one', 'two', 'three'], exitCode: 1 });
});

test('without the folder, the reason and all lines are on stderr, and the agent goes on', async () => {
  const { stderr, exitCode } = await run(`log.info('one'); await outputs.close();`, 'missing');
  expect(stderr).toEqual([
    'cannot open the log file (APPNET_ENVOY_LOG_DESTINATION): the output goes to stdout and stderr',
    'one',
  ]);
  expect(exitCode).toBe(0);
});

test('a reader that takes nothing from stderr stops neither the agent nor its end', async () => {
  const at = (file: string) => JSON.stringify(join(import.meta.dirname, file));
  const program = `
    import { createAgentLog } from ${at('agent-log.ts')};
    import { createOutputs } from ${at('outputs.ts')};
    const agentLog = createAgentLog({}, false);
    const outputs = createOutputs(agentLog);
    for (let index = 0; index < 3000; index += 1) agentLog.log.error({ text: 'x'.repeat(1000) }, 'a line');
    void outputs.envoy('stderr')(Buffer.alloc(100000, 'y'));
    process.stdout.write('goes on\\n' + (outputs.dropped() > 0));
    await outputs.close();`;
  const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // A pipe of its own: those of Node are sockets.
  const unread = await makeFifo(join(folder, 'stderr'));
  onTestFinished(() => void unread.reader.destroy());
  onTestFinished(() => unread.closeWriteEnd());
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', unread.writeFd],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout?.on('data', (chunk) => (said += String(chunk)));
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(said).toBe('goes on\ntrue');
});
