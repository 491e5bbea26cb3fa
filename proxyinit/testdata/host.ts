import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How a program in a namespace ended. */
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A network namespace of the test's own, its loopback up. */
export type Host = {
  readonly name: string;
  /** Runs a program to its end. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<Ended>;
  /** Runs proxyinit as the command line would. */
  proxyinit(env: Readonly<Record<string, string>>): Promise<Ended>;
  /** The rules of one family, without the lines that change from call to call. */
  rules(command?: 'iptables-save' | 'ip6tables-save'): Promise<string>;
  /** Starts a server on each port; each answers with its port. */
  serve(ports: readonly number[]): Promise<void>;
  /** What answered at the address as the given user: a port, or what went wrong. */
  dial(address: string, port: number, uid?: number): Promise<string>;
  remove(): void;
};

export function makeHost(name: string): Host {
  execFileSync('ip', ['netns', 'add', name]);
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  const children: ChildProcess[] = [];
  const inside = (command: readonly string[]) => ['netns', 'exec', name, ...command];

  const run: Host['run'] = (command, env = {}, input = '') => {
    const { promise, resolve } = Promise.withResolvers<Ended>();
    const options = { env: { PATH: process.env['PATH'], ...env }, timeout: 30_000 };
    const child = execFile('ip', inside(command), options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    return promise;
  };

  return {
    name,
    run,
    proxyinit: (env) => run([process.execPath, join(import.meta.dirname, 'run.ts')], env),
    rules: async (command = 'iptables-save') => {
      const { stdout } = await run([command, '-t', 'nat']);
      return stdout.replace(/^#.*\n/gm, '').replace(/\[\d+:\d+\]/g, '[0:0]');
    },
    serve: async (ports) => {
      const script = join(import.meta.dirname, 'servers.ts');
      const child = spawn('ip', inside([process.execPath, script, ...ports.map(String)]), {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      await once(child.stdout, 'data');
    },
    dial: async (address, port, uid = 1000) => {
      const user = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
      const script = `exec timeout 5 cat < /dev/tcp/${address}/${port}`;
      const { stdout, stderr } = await run([...user, 'bash', '-c', script]);
      return stdout.trim() || stderr.trim();
    },
    remove: () => {
      for (const child of children) child.kill('SIGKILL');
      execFileSync('ip', ['netns', 'del', name]);
    },
  };
}

/** Joins two hosts by a wire, 10.77.0.1 and fd77::1 on the first, .2 and ::2 on the second. */
export function joinHosts(first: Host, second: Host): void {
  const ip = (text: string) => execFileSync('ip', text.split(' '));
  ip(`-n ${first.name} link add wire type veth peer name wire netns ${second.name}`);
  for (const [index, { name }] of [first, second].entries()) {
    ip(`-n ${name} address add 10.77.0.${index + 1}/24 dev wire`);
    ip(`-n ${name} address add fd77::${index + 1}/64 dev wire nodad`);
    ip(`-n ${name} link set wire up`);
  }
  ip(`-n ${first.name} route add default via 10.77.0.2`);
}
