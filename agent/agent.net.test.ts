import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, globSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENVOY, makeAgentHost, type AgentHost, type RunningAgent } from './testing/agent-host.ts';
import { selfSigned } from './testing/self-signed.ts';

let host: AgentHost;
let count = 0;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-a${(count += 1)}`);
});

afterEach(() => host.remove());

test('the agent starts Envoy until it is LIVE, both run as uid 1337, and cleans up', async () => {
  const agent = await host.start();
  await live(agent);
  expect(await agent.status()).toMatchObject({
    healthStatus: 'HEALTHY',
    managementServerConnectionStatus: 'CONNECTED',
    initialConfigUpdateStatus: 'UPDATE_SUCCESSFUL',
  });
  const { envoyPid } = await agent.status();
  for (const pid of [agent.pid(), Number(envoyPid)]) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t1337\t1337\t1337\t1337$/m);
    expect(status).toMatch(/^Gid:\t1337\t1337\t1337\t1337$/m);
    expect(status).toMatch(/^Groups:\s*$/m);
    expect(status).toMatch(/^CapPrm:\t0+$/m);
  }
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(isRunning(Number(envoyPid))).toBe(false);
  expect(host.runFolders()).toEqual([]);
});

test('Envoy gets no credentials and no privileges, neither process leaves core files, and SIGUSR1 opens no debugger', async () => {
  const { cert: authority } = await selfSigned();
  const agent = await host.start({
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'a-secret',
    AWS_SESSION_TOKEN: 'a-secret',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/a-secret',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=a-secret',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=b',
    DD_SERVICE: 'b',
    HOSTNAME: 'named',
    DAYBREAK_ENVOY_ENV: 'HOSTNAME',
    DAYBREAK_XDS_CA: authority,
  });
  await live(agent);
  const pid = Number((await agent.status()).envoyPid);
  const read = (file: string) => readFileSync(file, 'utf8');
  const variables = read(`/proc/${pid}/environ`).split('\0');
  expect(variables).toEqual(
    expect.arrayContaining(['OTEL_RESOURCE_ATTRIBUTES=service.name=b', 'DD_SERVICE=b', 'HOSTNAME=named']),
  );
  expect(variables.filter((each) => /^(AWS|APPMESH|DAYBREAK)_|a-secret/.test(each))).toEqual([]);
  const [, line = ''] = authority.split('\n');
  for (const shown of [variables.join(), agent.output(), JSON.stringify(await agent.status())]) {
    expect(shown).not.toContain(line);
  }
  expect(read(`/proc/${pid}/status`)).toMatch(/^NoNewPrivs:\t1$/m);
  expect(read(`/proc/${pid}/limits`)).toMatch(/^Max core file size +0 +0 /m);
  for (const each of [pid, agent.pid()]) expect(read(`/proc/${each}/coredump_filter`)).toBe('00000000\n');
  agent.kill('SIGUSR1');
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(agent.output()).not.toContain('Debugger');
});

test('an agent that starts as its own user, as on ECS, needs no capabilities', async () => {
  const user = '--reuid=1337 --regid=1337 --clear-groups --bounding-set=-all --no-new-privs';
  const agent = await host.start({}, 'agent 2>&1 | cat; exit ${PIPESTATUS[0]}', user);
  await live(agent);
  expect(await host.run('curl', '-s', '127.0.0.1:15000/a-path')).toBe('hello\n');
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(agent.output()).toContain('served /a-path');
});

test("a umask that takes the owner's own rights, as UMask=0177 of a unit, does not keep the agent out of its folder: it ended with a fault", async () => {
  const agent = await host.start({}, 'umask 0777; exec agent');
  await live(agent);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(host.runFolders()).toEqual([]);
});

test('a killed Envoy is started again', async () => {
  const agent = await host.start();
  await live(agent);
  const before = await agent.status();
  process.kill(Number(before.envoyPid), 'SIGKILL');
  await expect.poll(async () => (await agent.status()).envoyRestartCount).toBe('1');
  await live(agent);
  expect((await agent.status()).envoyPid).not.toBe(before.envoyPid);
});

test('a killed agent takes its Envoy with it, and both start again', async () => {
  const agent = await host.start();
  await live(agent);
  const envoyPid = Number((await agent.status()).envoyPid);
  agent.kill('SIGKILL');
  await agent.ended;
  await expect.poll(() => isRunning(envoyPid)).toBe(false);
  const next = await host.start();
  await live(next);
  next.kill('SIGTERM');
  expect(await next.ended).toBe(0);
});

describe('after a stop signal', () => {
  test.each([
    'SIGTERM',
    'SIGQUIT',
    'SIGINT',
  ] as const)('%s: without a connection it does not wait', async (signal) => {
    const agent = await host.start({ LISTENER_DRAIN_WAIT_TIME_S: '110' });
    await live(agent);
    agent.kill(signal);
    expect(await agent.ended).toBe(0);
    expect(agent.output()).toContain('drained: no traffic left');
  });

  test('the agent waits for an open connection, and Envoy still serves', async () => {
    const agent = await host.start({ LISTENER_DRAIN_WAIT_TIME_S: '110' });
    await live(agent);
    const connection = await openConnection();
    agent.kill('SIGTERM');
    await expect.poll(async () => (await agent.status()).daybreak.supervisor.state).toBe('draining');
    expect(await agent.status()).toMatchObject({ envoyState: 'DRAINING', healthStatus: 'UNHEALTHY' });
    for (let index = 0; index < 20; index += 1) {
      expect(await host.run('curl', '-s', '127.0.0.1:15000/')).toBe('hello\n');
      expect((await agent.status()).daybreak.supervisor.state).toBe('draining');
    }
    connection.stdin.end();
    expect(await agent.ended).toBe(0);
    expect(agent.output()).toContain('drained: no traffic left');
  });

  test('the agent waits no longer than the time limit', async () => {
    const agent = await host.start({ LISTENER_DRAIN_WAIT_TIME_S: '5' });
    await live(agent);
    const connection = await openConnection();
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    expect(agent.output()).toContain('drained: time limit reached');
    connection.stdin.end();
  });

  test('a second signal ends the wait', async () => {
    const agent = await host.start({ LISTENER_DRAIN_WAIT_TIME_S: '110' });
    await live(agent);
    const connection = await openConnection();
    agent.kill('SIGTERM');
    await expect.poll(async () => (await agent.status()).daybreak.supervisor.state).toBe('draining');
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    expect(agent.output()).toContain('drained: second signal');
    connection.stdin.end();
  });
});

describe('/dev/stdout works with any stdout of the agent', () => {
  test.each([
    ['a socket', 'exec agent'],
    ["root's pipe", 'agent 2> >(cat >&2) | cat'],
    ["root's file", 'umask 077; agent > out 2> err; code=$?; cat out err; exit $code'],
    ['a terminal', 'script -qfec agent /dev/null'],
    ['nothing', 'agent > /dev/null'],
  ])('%s', async (kind, shell) => {
    const agent = await host.start({}, shell);
    await live(agent);
    expect(await host.run('curl', '-s', '127.0.0.1:15000/a-path')).toBe('hello\n');
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    expect(agent.output().includes('served /a-path')).toBe(kind !== 'nothing');
  });

  test('with a stuck reader, lines are dropped and counted, and requests are served', async () => {
    execFileSync('mkfifo', [join(host.folder, 'stuck')]);
    const unread = openSync(join(host.folder, 'stuck'), 'r+');
    const agent = await host.start({}, 'agent > stuck');
    await live(agent);
    const answers = await host.run('curl', '-s', `127.0.0.1:15000/${'x'.repeat(4000)}[1-800]`);
    expect(answers).toBe('hello\n'.repeat(800));
    await expect.poll(async () => (await agent.status()).daybreak.droppedOutputBytes).toBeGreaterThan(0);
    expect(await agent.status()).toMatchObject({ healthStatus: 'HEALTHY' });
    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    closeSync(unread);
  });
});

const refusedBootstrap = (binary: string | undefined) =>
  [
    { DAYBREAK_ENVOY: binary ?? 'envoy', ENVOY_OUTLIER_DETECTION_EVENT_LOG_PATH: '/nowhere/log' },
    /Envoy refuses its bootstrap: unable to open file '\/nowhere\/log'.*: correct the variable or file/,
    78,
  ] as const;

describe('a failed start has an explanation and an exit code, and leaves no files', () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp, number]>([
    [
      'bad settings',
      { ENVOY_LOG_LEVEL: 'loud', LISTENER_DRAIN_WAIT_TIME_S: '1' },
      /ENVOY_LOG_LEVEL.*[^]*LISTENER_DRAIN_WAIT_TIME_S/,
      1,
    ],
    [
      'no Envoy',
      { DAYBREAK_ENVOY: '/nowhere/envoy' },
      /found no Envoy that this user may run; looked for \/nowhere\/envoy/,
      126,
    ],
    ['an Envoy that is not executable', { DAYBREAK_ENVOY: '/etc/passwd' }, /looked for \/etc\/passwd/, 126],
    [
      'an Envoy that always exits',
      { DAYBREAK_ENVOY: '/bin/false', APPNET_ENVOY_RESTART_COUNT: '1' },
      /Envoy ended with code 1\. It has used up its 1 restarts/,
      1,
    ],
    ['a bootstrap that Envoy refuses', ...refusedBootstrap(process.env['DAYBREAK_ENVOY'])],
    ['a bootstrap that the oldest Envoy refuses', ...refusedBootstrap(process.env['DAYBREAK_ENVOY_OLDEST'])],
    [
      'a missing certificate',
      { APPMESH_XDS_ENDPOINT: 'a:1', DAYBREAK_XDS_CA_FILE: '/nowhere/ca.pem' },
      /DAYBREAK_XDS_CA_FILE=\/nowhere\/ca.pem/,
      1,
    ],
    [
      'a privileged port',
      { APPNET_AGENT_HTTP_PORT: '80' },
      /cannot listen on 127.0.0.1 port 80 .*EACCES/,
      69,
    ],
  ])('%s', async (_, env, message, exitCode) => {
    const agent = await host.start(env);
    expect(await agent.ended).toBe(exitCode);
    expect(agent.output()).toMatch(message);
    expect(agent.output()).not.toMatch(/ {4}at |restarting Envoy.*[^]*refuses its bootstrap/);
    expect(host.runFolders()).toEqual([]);
  });
});

test('Envoy accepts each bootstrap', () => {
  const goldens = globSync('*.bootstrap.json', { cwd: join(import.meta.dirname, 'testdata') });
  expect(goldens.length).toBeGreaterThan(0);
  for (const golden of goldens) {
    // The admin log is a file in /tmp that an Envoy of another user may have created.
    const config = readFileSync(join(import.meta.dirname, 'testdata', golden), 'utf8');
    const elsewhere = config.replaceAll('/tmp/envoy_admin_access.log', '/dev/null');
    // A pipe, because Envoy opens /dev/stdout by name, which fails for a socket.
    const validate = '"$0" --mode validate --config-yaml "$1" -l warn 2>&1 | cat';
    const said = execFileSync('bash', ['-c', validate, ENVOY, elsewhere]).toString();
    expect({ golden, said }).toEqual({
      golden,
      said: expect.stringMatching(/^configuration '.*' OK$/m) as unknown,
    });
  }
});

async function live(agent: RunningAgent): Promise<void> {
  await expect.poll(async () => (await agent.status().catch(() => undefined))?.envoyState).toBe('LIVE');
}

/** Opens a connection to Envoy's TCP listener that stays open until its stdin ends. */
async function openConnection() {
  // Envoy has the connection once it echoes: the kernel accepts it before.
  const script =
    'exec 3<>/dev/tcp/127.0.0.1/15003; echo here >&3; read -r line <&3 && echo open; cat > /dev/null';
  const child = spawn('ip', ['netns', 'exec', `dbpi-${process.pid}-a${count}`, 'bash', '-c', script]);
  await once(child.stdout, 'data');
  return child;
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
