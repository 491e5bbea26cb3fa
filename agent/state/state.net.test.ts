import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../test/tls/testing/authority.ts';
import { certificateMessage } from '../secrets/secret-message.ts';
import { makeAgentHost, type AgentHost, type RunningAgent } from '../testing/agent-host.ts';

const NAME = 'certificate:arn';
const WAIT = { timeout: 120_000 };

let host: AgentHost;
let count = 0;
afterEach(() => host.remove());

async function hostWithCertificate(): Promise<AgentHost> {
  const { chain, privateKey } = await (await createAuthority()).issue({ dns: ['n'] });
  const certificate = certificateMessage(NAME, Buffer.from(chain), Buffer.from(privateKey));
  host = await makeAgentHost(`dbpi-${process.pid}-s${(count += 1)}`, certificate);
  return host;
}

function stateFolder({ folder }: AgentHost): string {
  const path = join(folder, 'state');
  mkdirSync(path);
  chmodSync(path, 0o777);
  return path;
}

async function live(agent: RunningAgent): Promise<void> {
  await expect.poll(async () => (await agent.status().catch(() => undefined))?.envoyState, WAIT).toBe('LIVE');
}

/** Ends an agent as soon as its configuration is on disk, and stops the control plane. */
async function leaveStateBehind(from: AgentHost, env: Record<string, string>): Promise<void> {
  const agent = await from.start(env);
  await live(agent);
  await expect.poll(async () => (await agent.status()).daybreak.state.own.written, WAIT).toBeDefined();
  // Envoy is LIVE without a certificate that takes longer than its limit.
  await expect.poll(() => handshake(from), WAIT).toBe(true);
  from.stopControlPlane();
  agent.kill('SIGKILL');
  await agent.ended;
}

/** Whether the TLS listener ends a handshake. */
async function handshake(from: AgentHost): Promise<boolean> {
  const said = await from.run(
    'bash',
    '-c',
    'openssl s_client -connect 127.0.0.1:15004 -brief < /dev/null 2>&1; true',
  );
  return said.includes('CONNECTION ESTABLISHED');
}

describe.each(['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'])('%s', (variable) => {
  const envoy = { DAYBREAK_ENVOY: process.env[variable] ?? '' };

  test('a listener whose key is not kept refuses connections while the control plane is away, and the status says so; others serve', async () => {
    const made = await hostWithCertificate();
    const folder = stateFolder(made);
    const env = { ...envoy, DAYBREAK_STATE_DIR: folder };
    await leaveStateBehind(made, env);
    for (const name of readdirSync(folder))
      expect(readFileSync(join(folder, name), 'utf8')).not.toContain('PRIVATE KEY');

    const agent = await made.start(env);
    await live(agent);
    expect(await made.run('curl', '-s', '127.0.0.1:15000/')).toBe('hello\n');
    expect(await handshake(made)).toBe(false);
    await expect
      .poll(async () => (await agent.status()).daybreak.notReady, WAIT)
      .toEqual([
        expect.stringMatching(/^tls: waits for certificate:arn: .*DAYBREAK_STATE_KEYS=1/) as unknown,
      ]);
  });

  // One release is enough: the bytes are the control plane's.
  test.runIf(variable === 'DAYBREAK_ENVOY')(
    'with DAYBREAK_STATE_KEYS=1, a listener with TLS serves from disk',
    async () => {
      const made = await hostWithCertificate();
      const env = { ...envoy, DAYBREAK_STATE_DIR: stateFolder(made), DAYBREAK_STATE_KEYS: '1' };
      await leaveStateBehind(made, env);
      const agent = await made.start(env);
      await live(agent);
      await expect.poll(() => handshake(made), WAIT).toBe(true);
      await expect.poll(async () => (await agent.status()).healthStatus, WAIT).toBe('HEALTHY');
    },
  );
});

test('a new task, whose disk is empty, serves from the folder that the tasks of its node share, while the control plane is away', {
  timeout: 400_000,
}, async () => {
  const made = await hostWithCertificate();
  const folderOf = (name: string): string => {
    const path = join(made.folder, name);
    mkdirSync(path);
    chmodSync(path, 0o777);
    return path;
  };
  const shared = folderOf('shared');
  const task = (name: string) =>
    made.start({ DAYBREAK_STATE_DIR: folderOf(name), DAYBREAK_FALLBACK: shared });
  const first = await task('first');
  await live(first);
  // Written a minute after the change, and up to a quarter more.
  const kept = () => readdirSync(shared).find((name) => name.endsWith('.state'));
  await expect.poll(kept, { timeout: 200_000, interval: 1000 }).toBeDefined();
  expect(readFileSync(join(shared, kept() ?? ''), 'utf8')).not.toContain('PRIVATE KEY');
  made.stopControlPlane();
  first.kill('SIGKILL');
  await first.ended;

  const second = await task('second');
  await live(second);
  expect(await made.run('curl', '-s', '127.0.0.1:15000/')).toBe('hello\n');
  const { configuration, state } = (await second.status()).daybreak;
  expect(configuration).toMatch(/^last good of /);
  expect(state.readFrom).toMatch(new RegExp(`^${shared}/`));
});

test('a disk that is full or read-only is a problem in the status; the agent serves', async () => {
  const made = await hostWithCertificate();
  const folder = stateFolder(made);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k,mode=777', 'tmpfs', folder]);
  try {
    execFileSync('bash', ['-c', `cat /dev/zero > ${folder}/filler 2> /dev/null; true`]);
    const full = await made.start({ DAYBREAK_STATE_DIR: folder });
    await live(full);
    await expect.poll(async () => (await full.status()).daybreak.state.own.problem, WAIT).toContain('ENOSPC');
    expect(readdirSync(folder)).toEqual(['filler']);
    full.kill('SIGTERM');
    expect(await full.ended).toBe(0);

    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const readOnly = await made.start({ DAYBREAK_STATE_DIR: folder });
    await live(readOnly);
    await expect
      .poll(async () => (await readOnly.status()).daybreak.state.own.problem, WAIT)
      .toContain('EROFS');
    expect(await made.run('curl', '-s', '127.0.0.1:15000/')).toBe('hello\n');
  } finally {
    // Lazily, because an agent may have the folder open.
    execFileSync('umount', ['--lazy', folder]);
  }
});
