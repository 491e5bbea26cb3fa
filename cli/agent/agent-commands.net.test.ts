import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from '../../agent/testing/agent-host.ts';
import { selfSigned } from '../../agent/testing/self-signed.ts';

// The operator's commands beside a running agent and a real Envoy.

const MAIN = join(import.meta.dirname, '../main.ts');

let host: AgentHost;
const NAME = `dbpi-${process.pid}-o`;
beforeEach(async () => {
  host = await makeAgentHost(NAME);
});
afterEach(() => host.remove());

/** Runs `daybreak agent …` in the namespace of the agent. */
function agent(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const command = ['netns', 'exec', NAME, process.execPath, MAIN, 'agent', ...args];
  const env = { PATH: process.env['PATH'], TMPDIR: join(host.folder, 'runs') };
  return new Promise((resolve) => {
    execFile('ip', command, { env, timeout: 120_000, cwd: host.folder }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test('status shows the proxy, and ready ends with 0, or with 1 and the reason', async () => {
  expect(await agent('ready')).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^daybreak: the agent at 127\.0\.0\.1:9902 does not answer: .*ECONNREFUSED/,
    ),
  });
  const running = await host.start();
  await expect.poll(async () => (await running.status().catch(() => undefined))?.envoyState).toBe('LIVE');
  expect(await agent('ready')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  await host.run('curl', '-s', '127.0.0.1:15000/');
  const { stdout } = await agent('status');
  expect(stdout).toMatch(/^mesh\/m\/virtualNode\/n: HEALTHY\n/);
  expect(stdout).toMatch(/^control plane +connected to unix:\S+ since 20/m);
  expect(stdout).toMatch(/^configuration +live, accepted \d+ s ago \(.*Listener [0-9a-f]+/m);
  expect(stdout).toMatch(/^0\.0\.0\.0_15000 +\d+ +\d+\.\d requests +0\.0$/m);
  expect(stdout).toMatch(/^0\.0\.0\.0_15003 +\d+ +\d+\.\d connections +0\.0$/m);
  const { healthStatus, traffic } = JSON.parse((await agent('status', '--json')).stdout) as Record<
    string,
    unknown
  >;
  expect({ healthStatus, traffic }).toMatchObject({
    healthStatus: 'HEALTHY',
    traffic: expect.arrayContaining([
      expect.objectContaining({ listener: '0.0.0.0_15000', unit: 'requests' }),
    ]),
  });
});

test('bundle has the state, the logs and the rules, and none of the secrets that the agent has; log-level changes both logs', async () => {
  const secrets = {
    AWS_SECRET_ACCESS_KEY: 'aws-secret-0123456789',
    AWS_SESSION_TOKEN: 'aws-session-0123456789',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/0123456789',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=otel-0123456789',
    DD_API_KEY: 'datadog-0123456789',
    DATABASE_URL: 'postgres://u:password-0123456789@h/d',
  };
  const file = join(host.folder, 'token');
  writeFileSync(file, 'token-in-file-0123456789\n', { mode: 0o644 });
  const running = await host.start({
    ...secrets,
    // TLS, so that a token may be set; there is no such server.
    APPMESH_XDS_ENDPOINT: 'localhost:1',
    DAYBREAK_XDS_TOKEN_FILE: file,
    SOME_VARIABLE: 'otel-0123456789 in another variable',
  });
  await expect
    .poll(async () => (await running.status().catch(() => undefined))?.envoyState)
    .toBe('PRE_INITIALIZING');
  expect(await agent('log-level', 'loud')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('"loud" is not one of trace, debug'),
  });
  expect(await agent('log-level', 'debug')).toMatchObject({
    exitCode: 0,
    stdout: 'Setting logging level from [info] to [debug]\n',
  });
  await expect.poll(() => running.output()).toMatch(/"level":"debug"[^\n]*"program":"envoy"/);
  const codes = async () => (await running.status()).daybreak.problems.map(({ code }) => code);
  await expect.poll(codes).toEqual(['XDS_UNREACHABLE']);

  const archive = join(host.folder, 'b.tar.gz');
  expect(await agent('bundle', '-f', archive)).toEqual({ exitCode: 0, stdout: `${archive}\n`, stderr: '' });
  expect(statSync(archive).mode & 0o777).toBe(0o600);
  expect(await agent('bundle', '-f', archive)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('EEXIST'),
  });
  const folder = join(host.folder, 'extracted');
  mkdirSync(folder);
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1']);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  expect(JSON.parse(read('settings.json'))).toMatchObject({
    APPMESH_XDS_ENDPOINT: 'localhost:1',
    AWS_SECRET_ACCESS_KEY: '(struck out)',
    SOME_VARIABLE: '(not shown)',
  });
  expect(JSON.parse(read('status.json'))).toMatchObject({
    daybreak: { problems: [expect.objectContaining({ code: 'XDS_UNREACHABLE' })] },
  });
  expect(read('agent.log')).toContain('"XDS_UNREACHABLE"');
  expect(read('envoy.log')).toContain('"program":"envoy"');
  expect(read('bootstrap.json')).toContain('dynamicResources');
  expect(read('envoy/config_dump.json')).toContain('BootstrapConfigDump');
  expect(read('host/limits.txt').match(/Max open files/g)).toHaveLength(2);
  expect(read('host/iptables-save.txt')).not.toContain('not available');
  // grep ends with 1 if it finds nothing.
  const { status, stdout } = spawnSync('grep', ['-r', '0123456789', folder], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});

test.each([
  'variables',
  'files',
])('a bundle has nothing of the key and token that the agent was given as %s', async (form) => {
  const { cert, key } = await selfSigned();
  const documents = {
    DAYBREAK_XDS_TOKEN: 'token-0123456789',
    DAYBREAK_XDS_CERT: cert,
    DAYBREAK_XDS_KEY: key,
  };
  const given = Object.entries(documents).map(([name, text]) => {
    if (form === 'variables') return [name, text] as const;
    const file = join(host.folder, name);
    writeFileSync(file, text, { mode: 0o644 });
    return [`${name}_FILE`, file] as const;
  });
  const running = await host.start({ APPMESH_XDS_ENDPOINT: 'localhost:1', ...Object.fromEntries(given) });
  await expect
    .poll(async () => (await running.status().catch(() => undefined))?.envoyState)
    .toBe('PRE_INITIALIZING');
  const archive = join(host.folder, 'b.tar.gz');
  expect(await agent('bundle', '-f', archive)).toMatchObject({ exitCode: 0 });
  const all = execFileSync('tar', ['-xzOf', archive], { maxBuffer: 64 * 1024 * 1024 }).toString();
  expect(all).toContain('DAYBREAK_XDS_KEY');
  // JSON may have line breaks in any form, so each line of the key is looked for.
  const lines = key.split('\n').filter((line) => line.length > 0 && !line.startsWith('-----'));
  for (const secret of ['token-0123456789', ...lines]) expect(all).not.toContain(secret);
});
