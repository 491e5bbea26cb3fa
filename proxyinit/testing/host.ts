import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Result of a program in a namespace. */
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

type Env = Readonly<Record<string, string>>;

/** A network namespace for one test, with loopback up. */
export type Host = {
  readonly name: string;
  /** Returns a command that runs another one in the namespace. */
  inside(command: readonly string[]): readonly string[];
  /** Runs a program until it ends. */
  run(command: readonly string[], env?: Env, input?: string): Promise<Ended>;
  /** Runs proxyinit with its command, flags and stdin. */
  proxyinit(env: Env, args?: readonly string[], input?: string): Promise<Ended>;
  /** Returns the output of a save program without lines and numbers that change per call. Default: `iptables-save -t nat`. */
  rules(program?: string, table?: string): Promise<string>;
  /** Starts a server on each port, TCP and UDP; each answers with its port. */
  serve(ports: readonly number[]): Promise<void>;
  /** Connects as the given user. Returns the port that answered, or the error. */
  dial(address: string, port: number, uid?: number): Promise<string>;
  /** Like `dial`, over UDP; empty without an answer. */
  ask(address: string, port: number, uid?: number): Promise<string>;
  remove(): void;
};

/** Bundles proxyinit into one file, as in the images. Call this once per test file. */
export async function bundleProxyinit(folder: string): Promise<string> {
  const outfile = join(folder, 'run.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'run.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'silent',
  });
  return outfile;
}

/** Time limit of a hanging program, long enough for a busy machine. */
const LIMIT_MS = 300_000;

/** Creates a host. `program`: the file that `proxyinit` runs. Default: the source. */
export function makeHost(name: string, program = join(import.meta.dirname, 'run.ts')): Host {
  execFileSync('ip', ['netns', 'add', name]);
  // A new namespace has the machine's setting, and a peer that forwards answers for hosts that do not exist.
  execFileSync('ip', ['netns', 'exec', name, 'sh', '-c', 'echo 0 > /proc/sys/net/ipv4/ip_forward']);
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  const children: ChildProcess[] = [];
  const inside = (command: readonly string[]) => ['ip', 'netns', 'exec', name, ...command];

  const run: Host['run'] = (command, env = {}, input = '') => {
    const { promise, resolve } = Promise.withResolvers<Ended>();
    const options = { env: { PATH: process.env['PATH'], ...env }, timeout: LIMIT_MS };
    const [file = '', ...args] = inside(command);
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    return promise;
  };
  const as = (uid: number) => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];

  return {
    name,
    inside,
    run,
    proxyinit: (env, args = [], input = '') => run([process.execPath, program, ...args], env, input),
    rules: async (command = 'iptables-save', table = 'nat') => {
      const { stdout } = await run([command, ...(table === 'all' ? [] : ['-t', table])]);
      return stdout.replace(/^#.*\n/gm, '').replace(/\[\d+:\d+\]/g, '[0:0]');
    },
    serve: async (ports) => {
      const script = join(import.meta.dirname, 'servers.ts');
      const [file = '', ...args] = inside([process.execPath, script, ...ports.map(String)]);
      const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      const ended = once(child, 'exit').then(() => {
        throw new Error('the servers did not start');
      });
      await Promise.race([once(child.stdout, 'data', { signal: AbortSignal.timeout(LIMIT_MS) }), ended]);
      ended.catch(() => undefined);
    },
    dial: async (address, port, uid = 1000) => {
      const script = `exec timeout 60 cat < /dev/tcp/${address}/${port}`;
      const { stdout, stderr } = await run([...as(uid), 'bash', '-c', script]);
      return stdout.trim() || stderr.trim();
    },
    ask: async (address, port, uid = 1000) => {
      const script = `exec 3<>/dev/udp/${address}/${port} && echo question >&3 && exec timeout 100 head -n 1 <&3`;
      const { stdout } = await run([...as(uid), 'bash', '-c', script]);
      return stdout.trim();
    },
    remove: () => {
      for (const child of children) child.kill('SIGKILL');
      execFileSync('ip', ['netns', 'del', name]);
    },
  };
}

/** Connects two hosts by a veth pair, 10.77.0.1 and fd77::1 on the first, .2 and ::2 on the second. */
export function joinHosts(first: Host, second: Host): void {
  const ip = (text: string) => execFileSync('ip', text.split(' '));
  ip(`-n ${first.name} link add wire type veth peer name wire netns ${second.name}`);
  for (const [index, { name }] of [first, second].entries()) {
    ip(`-n ${name} address add 10.77.0.${index + 1}/24 dev wire`);
    ip(`-n ${name} address add fd77::${index + 1}/64 dev wire nodad`);
    ip(`-n ${name} link set wire up`);
  }
  ip(`-n ${first.name} route add default via 10.77.0.2`);
  ip(`-n ${first.name} -6 route add default via fd77::2`);
}
