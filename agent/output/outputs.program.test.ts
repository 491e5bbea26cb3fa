import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';

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
