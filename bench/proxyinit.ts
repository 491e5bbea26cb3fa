// The time from the start of proxyinit to rules in force, compared with one iptables call per rule and with iptables-restore alone.
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { execa } from 'execa';
import { bundle } from '../test/lab/programs/bundle.ts';
import {
  BenchUsageError,
  readRounds,
  type Bench,
  type BenchOptions,
  type BenchRow,
} from './figures/bench.ts';
import { peakMegabytes, TELL_MEMORY } from './figures/peak-memory.ts';
import { percentile } from './figures/percentile.ts';

const ROUNDS = 30;

/** The usual settings of a virtual node in App Mesh. */
const SETTINGS = { APPMESH_APP_PORTS: '8080', APPMESH_EGRESS_IGNORED_PORTS: '22,3306' };

const CASES = [
  { what: 'IPv4', env: { ...SETTINGS, APPMESH_ENABLE_IPV6: '0' } },
  { what: 'IPv4 and IPv6', env: { ...SETTINGS, APPMESH_ENABLE_IPV6: '1' } },
];

type Env = Readonly<Record<string, string>>;
type Contender = { readonly file: string; readonly args: readonly string[]; readonly input?: string };

/** Runs the contenders alternately, as often as the argument says (default 30), each time in a new network namespace. */
export async function run({ args: [wanted = `${ROUNDS}`], say }: BenchOptions): Promise<Bench> {
  const rounds = readRounds(wanted, 9999);
  if (process.getuid?.() !== 0) throw new BenchUsageError('it takes root: network namespaces are made');
  const { daybreak } = await bundle();
  const proxyinit: Contender = { file: process.execPath, args: [daybreak, 'proxyinit'] };
  const rows: BenchRow[] = [];
  for (const { what, env } of CASES) {
    say(`${what}: ${rounds} rounds`);
    const text = await preview(proxyinit, env);
    const contenders = { ours: proxyinit, calls: calls(text), restore: restore(text) };
    const times = await measure(contenders, env, rounds);
    const row = (title: string, ours: number, peer?: number): BenchRow => ({
      what: title,
      unit: 'ms',
      ours,
      peer,
    });
    rows.push(
      row(`rules in force, ${what}; one iptables call each`, times.ours, times.calls),
      row(`rules in force, ${what}; a bare iptables-restore`, times.ours, times.restore),
      row(`nothing to change, ${what}`, times.again),
    );
  }
  say('start and memory of Node alone');
  const node = await measureNode(rounds);
  rows.push(
    { what: 'of these, the start of Node alone', unit: 'ms', ours: node.start },
    { what: 'peak memory; Node alone', unit: 'MB', ours: await memory(proxyinit), peer: node.memory },
  );
  const notes = [
    'Medians, from starting the process to its end, `ip netns exec` included for all. What is behind the semicolon is the peer.',
    'One call each neither compares, nor is one transaction, nor waits for others; a bare restore does not compare.',
  ];
  return { rows, notes };
}

async function measure(
  { ours, calls: each, restore: bare }: Record<'ours' | 'calls' | 'restore', Contender>,
  env: Env,
  rounds: number,
): Promise<Record<'ours' | 'again' | 'calls' | 'restore', number>> {
  const times = {
    ours: [] as number[],
    again: [] as number[],
    calls: [] as number[],
    restore: [] as number[],
  };
  for (let round = 0; round < rounds; round += 1) {
    await inNamespace(async (name) => {
      times.ours.push(await time(name, ours, env));
      times.again.push(await time(name, ours, env));
    });
    await inNamespace(async (name) => void times.calls.push(await time(name, each, env)));
    await inNamespace(async (name) => void times.restore.push(await time(name, bare, env)));
  }
  const median = (values: readonly number[]) => percentile(values, 0.5);
  return {
    ours: median(times.ours),
    again: median(times.again),
    calls: median(times.calls),
    restore: median(times.restore),
  };
}

async function time(namespace: string, { file, args, input = '' }: Contender, env: Env): Promise<number> {
  const begin = performance.now();
  await execa('ip', ['netns', 'exec', namespace, file, ...args], { env, input });
  return performance.now() - begin;
}

async function preview({ file, args }: Contender, env: Env): Promise<string> {
  return inNamespace(async (name) => {
    const words = ['netns', 'exec', name, file, ...args, 'apply', '--dry-run'];
    return (await execa('ip', words, { env })).stdout;
  });
}

/** Converts the text of the preview to a script of calls. */
function calls(text: string): Contender {
  let program = 'iptables';
  let table = '';
  const script = text.split('\n').flatMap((line) => {
    program = /^# (ip6?tables)/.exec(line)?.[1] ?? program;
    table = /^\*(\w+)/.exec(line)?.[1] ?? table;
    const chain = /^:(\S+)/.exec(line)?.[1];
    if (chain !== undefined) return [`${program} -t ${table} -N ${chain}`];
    return line.startsWith('-') ? [`${program} -t ${table} ${line}`] : [];
  });
  return { file: 'sh', args: ['-e'], input: script.join('\n') };
}

/** Splits the text of the preview by the command above each part. */
function restore(text: string): Contender {
  const script = text.split(/^(?=# )/m).map((part) => {
    const [comment = '', ...lines] = part.split('\n');
    return `${comment.slice(2)} <<'END'\n${lines.join('\n').trimEnd()}\nEND`;
  });
  return { file: 'sh', args: ['-e'], input: script.join('\n') };
}

async function measureNode(rounds: number): Promise<{ readonly start: number; readonly memory: number }> {
  const node: Contender = { file: process.execPath, args: ['-e', '0'] };
  const times: number[] = [];
  await inNamespace(async (name) => {
    for (let round = 0; round < rounds; round += 1) times.push(await time(name, node, {}));
  });
  return { start: percentile(times, 0.5), memory: await memory(node) };
}

/** In MB. */
async function memory({ file, args }: Contender): Promise<number> {
  return inNamespace(async (name) => {
    const words = ['netns', 'exec', name, file, '--import', TELL_MEMORY, ...args];
    const { stderr } = await execa('ip', words, { env: SETTINGS });
    return peakMegabytes(stderr);
  });
}

let count = 0;

async function inNamespace<T>(work: (name: string) => Promise<T>): Promise<T> {
  const name = `dbbench-${process.pid}-${(count += 1)}`;
  execFileSync('ip', ['netns', 'add', name]);
  try {
    return await work(name);
  } finally {
    execFileSync('ip', ['netns', 'del', name]);
  }
}
