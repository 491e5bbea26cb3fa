import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProxyinit, makeHost, type Host } from './host.ts';

// Kills proxyinit at random moments, and checks that the next run repairs the rules.
// As a program: node kill-often.ts [ROUNDS] [SEED] [nft|legacy]

type Env = Readonly<Record<string, string>>;

/** Settings to alternate between, so that each round changes rules. */
const STATES: readonly Env[] = [
  {},
  { APPMESH_APP_PORTS: '8080,8443', APPMESH_ENABLE_IPV6: '1' },
  {
    APPMESH_APP_PORTS: '9000:9010',
    APPMESH_ENABLE_IPV6: '1',
    DAYBREAK_GUARD: '1',
    DAYBREAK_DROP_INVALID: '1',
  },
  { APPMESH_IGNORE_UID: '1', DAYBREAK_DNS: '1', DAYBREAK_DNS_SERVERS: '*', DAYBREAK_GUARD: '1' },
];

/** Settings whose rules `iptables-save` has to show after each repair. */
const WANTED: Env = { APPMESH_APP_PORTS: '8080', APPMESH_ENABLE_IPV6: '1', DAYBREAK_GUARD: '1' };

/** Longest duration of a run on a busy machine, in milliseconds. Kills are spread over it. */
const SPAN = 160;

/** Runs the rounds and returns their failures. Equal seeds give equal rounds. */
export async function killOften(
  host: Host,
  program: string,
  { rounds, seed, backend }: { readonly rounds: number; readonly seed: number; readonly backend: string },
): Promise<readonly string[]> {
  const random = generator(seed);
  const all = async () =>
    (
      await Promise.all(['iptables', 'ip6tables'].map((name) => host.rules(`${name}-${backend}-save`, 'all')))
    ).map(rulesIn);
  const asked = { DAYBREAK_IPTABLES_BACKEND: backend };
  await host.proxyinit({ ...WANTED, ...asked });
  const wanted = await all();
  const wrong: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const state = STATES[Math.floor(random() * STATES.length)] ?? {};
    const command = random() < 0.25 ? 'remove' : 'apply';
    const after = Math.floor(random() * SPAN);
    const [file = '', ...args] = host.inside([process.execPath, program, command]);
    const child = spawn(file, args, {
      env: { PATH: process.env['PATH'], ...state, ...asked },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await Promise.race([sleep(after), ended]);
    child.kill('SIGKILL');
    await ended;
    const { code, stderr } = await host.proxyinit({ ...WANTED, ...asked });
    const rules = await all();
    if (code !== 0 || rules.join() !== wanted.join()) {
      wrong.push(
        `round ${round}: ${command} ${JSON.stringify(state)} killed after ${after} ms: ${code} ${stderr}\n${rules.join('\n')}`,
      );
    }
  }
  return wrong;
}

/** Chains are listed in the order in which they were made, and empty tables may have been made on the way. */
function rulesIn(saved: string): string {
  return (
    (saved.match(/^-A .*/gm) ?? []).toSorted().join('\n') +
    (saved.match(/^:APPMESH\S+/gm) ?? []).toSorted().join('\n')
  );
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [rounds = '500', seed = String(Date.now() % 1e6), backend = 'nft'] = process.argv.slice(2);
  const folder = await mkdtemp(join(tmpdir(), 'dbpi-'));
  const program = await bundleProxyinit(folder);
  const host = makeHost(`dbpi-kill-${process.pid}`, program);
  try {
    const wrong = await killOften(host, program, { rounds: Number(rounds), seed: Number(seed), backend });
    process.stdout.write(
      `${wrong.join('\n')}\n${rounds} rounds, seed ${seed}, ${backend}: ${wrong.length} went wrong\n`,
    );
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } finally {
    host.remove();
    await rm(folder, { recursive: true });
  }
}
