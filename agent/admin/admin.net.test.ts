import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENVOY, makeAgentHost, type AgentHost, type RunningAgent } from '../testing/agent-host.ts';

// Envoy's admin interface as the agent serves it, with App Mesh's original health check.

const HEALTH_CHECK = 'curl -s http://localhost:9901/server_info | grep state | grep -q LIVE';

let host: AgentHost;
let count = 0;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-admin${(count += 1)}`);
});

afterEach(() => host.remove());

describe.each(['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'])('%s', (variable) => {
  const start = (env: Readonly<Record<string, string>> = {}, shell?: string) =>
    host.start({ DAYBREAK_ENVOY: process.env[variable] ?? ENVOY, ...env }, shell);

  async function live(agent: RunningAgent): Promise<void> {
    await expect.poll(async () => (await agent.status().catch(() => undefined))?.envoyState).toBe('LIVE');
  }

  /** Status and beginning of the response to a curl request. */
  const curl = (...args: readonly string[]) =>
    host.run('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', ...args);

  test('port 9901 serves the health check and scrapers, and is read-only', async () => {
    const agent = await start();
    await live(agent);
    const { envoyPid } = await agent.status();
    await host.run('sh', '-c', HEALTH_CHECK);
    const paths = '{server_info,ready,stats,stats/prometheus,clusters,config_dump,listeners,certs}';
    expect(await curl(`http://localhost:9901/${paths}`)).toBe('200'.repeat(8));
    expect(await curl('-X', 'POST', 'http://localhost:9901/quitquitquit')).toBe('403');
    expect(await curl('-H', 'host: evil.example', 'http://localhost:9901/ready')).toBe('421');
    expect((await agent.status()).envoyPid).toBe(envoyPid);
    const listening = await host.run('ss', '-Hltn');
    expect(listening).toMatch(/127\.0\.0\.1:9901 /);
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
  });

  test("only Envoy's user can open Envoy's own admin socket", async () => {
    const agent = await start();
    await live(agent);
    const socket = `${host.folder}/runs/${host.runFolders()[0]}/adm.sock`;
    const as = (uid: string) =>
      host.run(
        'setpriv',
        `--reuid=${uid}`,
        '--clear-groups',
        'curl',
        '-s',
        '--unix-socket',
        socket,
        'http://e/ready',
      );
    expect(await as('1337')).toBe('LIVE\n');
    await expect(as('1000')).rejects.toThrow('Command failed');
    expect(await host.run('stat', '-c', '%a', socket)).toBe('600\n');
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
  });

  test('DAYBREAK_ADMIN_WRITES=1 allows all requests', async () => {
    const agent = await start({ DAYBREAK_ADMIN_WRITES: '1' });
    await live(agent);
    const level = await host.run('curl', '-s', '-X', 'POST', 'http://localhost:9901/logging?admin=debug');
    expect(level).toMatch(/^ {2}admin: debug$/m);
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
  });

  test("ENVOY_ADMIN_MODE=uds serves App Mesh's socket instead of port 9901", async () => {
    // A /tmp with the folders of the machine's, but no files, because agents of other tests use the same path. Some of the folders go meanwhile.
    const shell = [
      'mount --rbind /tmp /mnt && mount -t tmpfs -o mode=1777 tmpfs /tmp',
      'for folder in /mnt/*/; do mkdir "/tmp/${folder:5}" && mount --rbind "$folder" "/tmp/${folder:5}" || true; done',
      'cd "$PWD" && exec agent',
    ].join(' && ');
    const agent = await start({ ENVOY_ADMIN_MODE: 'uds' }, `exec unshare --mount bash -c '${shell}'`);
    await live(agent);
    const inside = (...command: readonly string[]) =>
      host.run('nsenter', `--mount=/proc/${agent.pid()}/ns/mnt`, ...command);
    const socket = ['--unix-socket', '/tmp/envoy_admin.sock'];
    expect(await inside('curl', '-s', ...socket, 'http://envoy/ready')).toBe('LIVE\n');
    expect(await inside('curl', '-s', '-X', 'POST', ...socket, 'http://envoy/quitquitquit')).toContain(
      'DAYBREAK_ADMIN_WRITES=1',
    );
    expect(await inside('stat', '-c', '%a %u', '/tmp/envoy_admin.sock')).toBe('600 1337\n');
    await expect(curl('http://localhost:9901/ready')).rejects.toThrow('Command failed');
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
  });
});
