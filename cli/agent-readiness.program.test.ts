import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';

// `agent -envoyReadiness`, as App Mesh's Kubernetes controller runs it after the start of the container.

const DAYBREAK = join(import.meta.dirname, 'main.ts');

/** A stand-in for the status of a running agent, on a port or a socket: the given answers, then the last one again. */
async function startStatus(answers: readonly string[], path?: string): Promise<number> {
  let count = 0;
  const server = createServer((_, response) => {
    const healthStatus = answers[Math.min(count, answers.length - 1)];
    count += 1;
    response.end(JSON.stringify({ healthStatus }));
  });
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return path === undefined ? (server.address() as AddressInfo).port : 0;
}

async function run(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const times = {
    APPNET_AGENT_POLL_ENVOY_READINESS_INTERVAL_S: '1',
    APPNET_AGENT_POLL_ENVOY_READINESS_TIMEOUT_S: '60',
  };
  const { exitCode, stderr } = await execa(process.execPath, [DAYBREAK, 'agent', ...args], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'], ...times, ...env },
  });
  return { exitCode, stderr };
}

test('ends with 0 when Envoy has become healthy', async () => {
  const port = await startStatus(['UNHEALTHY', 'UNHEALTHY', 'HEALTHY']);
  expect(await run({ APPNET_AGENT_HTTP_PORT: `${port}` }, '-envoyReadiness')).toEqual({
    exitCode: 0,
    stderr: '',
  });
});

test("asks the agent's socket, as the variables of the Kubernetes injector say", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ready-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'agent.sock');
  await startStatus(['HEALTHY'], path);
  const env = {
    APPNET_AGENT_ADMIN_MODE: 'uds',
    APPNET_AGENT_ADMIN_UDS_PATH: path,
    APPNET_AGENT_HTTP_PORT: '1',
  };
  expect(await run(env, '-envoyReadiness')).toEqual({ exitCode: 0, stderr: '' });
});

test.each([
  ['2', 'Timed out after 2: Envoy is \\"UNHEALTHY\\"'],
  ['0', '"Envoy is \\"UNHEALTHY\\""'],
])('with a time-out of %s s and an unhealthy Envoy, ends with 1: %s', async (timeout, words) => {
  const port = await startStatus(['UNHEALTHY']);
  const env = {
    APPNET_AGENT_HTTP_PORT: `${port}`,
    APPNET_AGENT_POLL_ENVOY_READINESS_TIMEOUT_S: timeout,
  };
  const outcome = async (): Promise<readonly string[]> => {
    const { exitCode, stderr } = await run(env, '-envoyReadiness');
    expect(exitCode).toBe(1);
    return stderr.split('\n');
  };
  // An answer that comes after two seconds does not count.
  await expect.poll(outcome).toEqual([expect.stringContaining(words)]);
});

test('-logLevel and -envoyConfigPath replace the variables', async () => {
  const { exitCode, stderr } = await run(
    { ENVOY_LOG_LEVEL: 'info' },
    '-logLevel',
    'loud',
    '-envoyConfigPath=b.yaml',
  );
  expect(exitCode).toBe(1);
  expect(stderr).toContain('ENVOY_LOG_LEVEL=\\"loud\\"');
  expect(stderr).toContain('ENVOY_CONFIG_FILE=\\"b.yaml\\"');
});

test('an unknown flag ends with 2', async () => {
  expect(await run({}, '-bogus')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("unknown option '-bogus'") as unknown,
  });
});
