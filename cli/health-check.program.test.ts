import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server as HttpServer, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../test/lab/net/free-port.ts';

// The health checks of the images: which answer makes them fail, and that they load little. They wait for five seconds, so a test whose
// server was paused asks again.

const DAYBREAK = join(import.meta.dirname, 'main.ts');
const SCRIPTS = join(import.meta.dirname, '../images/programs');

/** Prints the parts of Node that a process has loaded, if they take long to load or belong to the parser of command lines. */
const LISTS_MODULES = `data:text/javascript,process.on('exit', () => console.log(process.moduleLoadList
  .filter((each) => /^NativeModule (http|https|tls|child_process)$/.test(each)).join()))`;

const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0)) close();
});

async function serve(answer: (path: string, response: ServerResponse) => void): Promise<number> {
  const server = createHttp((request, response) => answer(request.url ?? '', response));
  return listen(server);
}

async function listen(server: HttpServer | Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closes.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function check(program: string, port: number, env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--import', LISTS_MODULES, DAYBREAK, program, 'ready'],
    {
      reject: false,
      extendEnv: false,
      env: { APPNET_AGENT_HTTP_PORT: `${port}`, DAYBREAK_API: `127.0.0.1:${port}`, ...env },
    },
  );
  return { exitCode, loaded: stdout, stderr };
}

describe.each(['agent', 'controlplane'])('%s ready', (program) => {
  test('200 at /readyz: exit 0, without the HTTP client of Node and the parser of command lines', async () => {
    const port = await serve((path, response) => response.writeHead(path === '/readyz' ? 200 : 404).end());
    await expect.poll(() => check(program, port)).toEqual({ exitCode: 0, loaded: '', stderr: '' });
  });

  test('503: exit 1 and the reason', async () => {
    const port = await serve((_path, response) => response.writeHead(503).end('Envoy is DRAINING\n'));
    await expect
      .poll(() => check(program, port))
      .toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^daybreak: .*Envoy is DRAINING$/) });
  });

  test.each([
    ['nothing listens', undefined],
    [
      'a server without HTTP',
      createServer((socket) => socket.on('error', () => undefined).end('220 mail\r\n')),
    ],
  ])('%s: exit 1 and the address', async (_what, server) => {
    const port = server === undefined ? await freePort() : await listen(server);
    const { exitCode, stderr } = await check(program, port);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(`^daybreak: the .* at 127.0.0.1:${port} does not answer: `),
    });
  });
});

test("the agent's socket is asked before its port", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ready-'));
  closes.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'agent.sock');
  const server = createHttp((_request, response) => response.end('ready\n')).listen(path);
  await once(server, 'listening');
  closes.push(() => server.close());
  const env = { APPNET_AGENT_ADMIN_MODE: 'uds', APPNET_AGENT_ADMIN_UDS_PATH: path };
  const port = await freePort();
  await expect.poll(() => check('agent', port, env)).toMatchObject({ exitCode: 0, stderr: '' });
});

describe('the command `agent` of the image with a shell', () => {
  /** Runs the script, in which Node is `echo`. */
  async function agent(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
    const text = readFileSync(join(SCRIPTS, 'agent'), 'utf8').replace(
      'exec $limit /usr/lib/daybreak/node',
      'echo $limit node',
    );
    const { exitCode, stdout, stderr } = await execa('sh', ['-c', text, 'agent', ...args], {
      reject: false,
      extendEnv: false,
      env: { PATH: process.env['PATH'] ?? '', http_proxy: 'http://127.0.0.1:1', ...env },
    });
    return { exitCode, stdout, stderr };
  }

  test('ready starts no Node while the agent answers, whatever proxy the environment has', async () => {
    const answer = { status: 200, text: 'ready\n' };
    const port = await serve((_path, response) => response.writeHead(answer.status).end(answer.text));
    const env = { APPNET_AGENT_HTTP_PORT: `${port}` };
    const ready = () => agent(env, 'ready');
    await expect.poll(ready).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    Object.assign(answer, { status: 503, text: 'Envoy is PRE_INITIALIZING, the supervisor running\n' });
    await expect.poll(ready).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'daybreak: Envoy is PRE_INITIALIZING, the supervisor running',
    });
  });

  test('ready starts no Node while nothing listens: checks of agents that start made a slow machine slower', async () => {
    const port = await freePort();
    await expect(agent({ APPNET_AGENT_HTTP_PORT: `${port}` }, 'ready')).resolves.toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `daybreak: the agent at 127.0.0.1:${port} does not answer: nothing listens`,
    });
  });

  test.each([
    ['the agent may listen on a socket', { APPNET_AGENT_ADMIN_MODE: 'uds' }, ['ready']],
    ['a file has variables', { DAYBREAK_ENV_FILE: '/f' }, ['ready']],
    ['the agent has another address', { APPNET_AGENT_HTTP_BIND_ADDRESS: '::1' }, ['ready']],
    ['it is another command', {}, ['status']],
    ['there are more arguments', {}, ['ready', '--help']],
  ])('Node decides if %s', async (_what, env, args) => {
    const { exitCode, stdout } = await agent(
      { APPNET_AGENT_HTTP_PORT: `${await freePort()}`, ...env },
      ...args,
    );
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      // A check ends by itself. No other command does.
      stdout: expect.stringMatching(
        `^${args.join(' ') === 'ready' ? 'timeout --signal=KILL 10 ' : ''}node .* agent ${args.join(' ')}$`,
      ),
    });
  });
});

test('`controlplane ready` of the image fails at once while a previous check runs: 22 of them ran beside each other in a container', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ready-'));
  closes.push(() => rmSync(folder, { recursive: true }));
  const script = join(folder, 'daybreak');
  // In the place of Node, a program that ends when its input does.
  const text = readFileSync(join(SCRIPTS, 'daybreak'), 'utf8');
  writeFileSync(script, text.replace(/exec \/usr\/lib\/daybreak\/node .*/, 'echo runs; exec cat'), {
    mode: 0o755,
  });
  const ready = () => execa(script, ['controlplane', 'ready'], { reject: false, stdin: 'pipe' });

  const first = ready();
  await once(first.stdout, 'data');
  expect(await ready()).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: 'daybreak: the previous check still runs',
  });
  first.stdin.end();
  expect(await first).toMatchObject({ exitCode: 0, stdout: 'runs' });
  const next = ready();
  next.stdin.end();
  expect(await next).toMatchObject({ exitCode: 0, stdout: 'runs' });
});
