import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { joinHosts, type Host } from './testing/host.ts';
import { killOften } from './testing/kill-often.ts';
import { pathWith, usePlace } from './testing/place.ts';

const place = usePlace();

test.each([
  'nft',
  'legacy',
])('after a kill at a random moment, the next run repairs the rules (testing/kill-often.ts does it hundreds of times): %s', async (backend) => {
  expect(await killOften(place.host(), place.program, { rounds: 8, seed: 7, backend })).toEqual([]);
});

/** The number of connections of a prober that show who answers: the first may have begun before. */
const ENOUGH = 2;

/** A PATH with restore programs that wait, before and after, until the prober has made enough connections. */
function slow(backend: 'nft' | 'legacy'): string {
  const wait = `n=$(wc -l <${probes()}); until [ $(wc -l <${probes()}) -ge $((n + ${ENOUGH})) ]; do sleep 0.02; done`;
  return ['iptables', 'ip6tables'].reduce((path, name) => {
    const real = `/usr/sbin/${name}-${backend}-restore`;
    const text = `${wait}; ${real} "$@"; code=$?; ${wait}; exit $code`;
    const folder = place.script(`${name}-restore`, text);
    return `${linked(folder, name, backend)}:${path}`;
  }, process.env['PATH'] ?? '');
}

function linked(folder: string, name: string, backend: string): string {
  symlinkSync(`/usr/sbin/${name}-${backend}-save`, join(folder, `${name}-save`));
  return folder;
}

async function pair(): Promise<{ app: Host; peer: Host }> {
  const [app, peer] = [place.host(), place.host()];
  joinHosts(app, peer);
  await Promise.all([app.serve([8080, 15_000, 15_001, 25_001]), peer.serve([22, 9000])]);
  return { app, peer };
}

/** Numbers the probers, because those of one host must not use the same ports. */
let probers = 1;
afterEach(() => {
  probers = 1;
});

/** Connects repeatedly while `work` runs. Returns the ports that answered, in order, without repetitions. */
async function whoAnswers(from: Host, address: string, port: number, work: () => Promise<unknown>) {
  const script = join(import.meta.dirname, 'testing/prober.ts');
  const command = [
    'setpriv',
    '--reuid=1000',
    '--clear-groups',
    process.execPath,
    script,
    address,
    `${port}`,
    `${(probers += 1) * 10_000}`,
  ];
  const [file = '', ...args] = from.inside(command);
  const output = openSync(probes(), 'w');
  const prober = spawn(file, args, { stdio: ['ignore', output, 'inherit'] });
  closeSync(output);
  const answers = (): readonly string[] => readFileSync(probes(), 'utf8').split('\n').slice(0, -1);
  const further = async (): Promise<void> => {
    const before = answers().length;
    await expect.poll(() => answers().length, { interval: 20 }).toBeGreaterThanOrEqual(before + ENOUGH);
  };
  await further();
  await work();
  await further();
  const ended = once(prober, 'exit');
  prober.kill('SIGKILL');
  await ended;
  return answers().filter((answer, index, all) => answer !== all[index - 1]);
}

/** The file with the answers of the prober, a line each. */
function probes(): string {
  return join(place.folder, 'probes');
}

describe('the guard', () => {
  test.each([
    'nft',
    'legacy',
  ] as const)('out, %s: neither redirected nor refused never comes', async (backend) => {
    const { app } = await pair();
    const env = { APPMESH_ENABLE_IPV6: '1', PATH: slow(backend) };
    const answers = await whoAnswers(app, '10.77.0.2', 9000, () =>
      app.proxyinit({ ...env, DAYBREAK_GUARD: '1' }),
    );
    expect(answers).toEqual(['9000', '-', '15001']);

    const more = {
      ...env,
      DAYBREAK_GUARD: '1',
      APPMESH_ENVOY_EGRESS_PORT: '25001',
      DAYBREAK_DROP_INVALID: '1',
    };
    expect(await whoAnswers(app, '10.77.0.2', 9000, () => app.proxyinit(more))).toEqual(['15001', '25001']);
  });

  test('inbound: the same', async () => {
    const { app, peer } = await pair();
    const env = { APPMESH_APP_PORTS: '8080', DAYBREAK_GUARD: '1', PATH: slow('nft') };
    const answers = await whoAnswers(peer, '10.77.0.1', 8080, () => app.proxyinit(env));
    expect(answers).toEqual(['8080', '-', '15000']);
  });

  test('exempt traffic passes, and rules can move to the other backend', async () => {
    const { app } = await pair();
    const env = { DAYBREAK_GUARD: '1', PATH: slow('nft') };
    expect(await whoAnswers(app, '10.77.0.2', 22, () => app.proxyinit(env))).toEqual(['22']);
    const legacy = { DAYBREAK_GUARD: '1', DAYBREAK_IPTABLES_BACKEND: 'legacy' };
    expect(await whoAnswers(app, '10.77.0.2', 9000, () => app.proxyinit(legacy))).toEqual(['15001']);
    expect(await app.rules('iptables-nft-save')).not.toContain('APPMESH');
  });

  test('after a kill with the guard in place, connections are refused until the next run', async () => {
    const { app } = await pair();
    const [file = '', ...args] = app.inside([process.execPath, place.program]);
    // The restore that places the guard kills proxyinit before the next one begins.
    const script = '/usr/sbin/iptables-nft-restore "$@"; kill -KILL $PPID';
    const folder = linked(place.script('iptables-restore', script), 'iptables', 'nft');
    const child = spawn(file, args, {
      env: { DAYBREAK_GUARD: '1', PATH: pathWith(folder) },
      stdio: 'ignore',
    });
    await once(child, 'exit');
    expect(await app.rules('iptables-nft-save', 'filter')).toContain('-j APPMESH_GUARD_OUT');
    expect(await app.rules()).not.toContain('APPMESH');
    expect(await whoAnswers(app, '10.77.0.2', 9000, () => Promise.resolve())).toEqual(['-']);
    const answers = await whoAnswers(app, '10.77.0.2', 9000, () => app.proxyinit({ PATH: slow('nft') }));
    expect(answers).toEqual(['-', '15001']);
    expect(await app.rules('iptables-nft-save', 'filter')).not.toContain('APPMESH');
  });
});

test('if a run is killed during a restore, the restore keeps the lock', async () => {
  const host = place.host();
  const [file = '', ...args] = host.inside([process.execPath, place.program]);
  const script =
    'touch "$0.began"; until [ -e "$0.go" ]; do sleep 0.05; done; exec /usr/sbin/iptables-nft-restore "$@"';
  const folder = linked(place.script('iptables-restore', script), 'iptables', 'nft');
  const env = { PATH: pathWith(folder), APPMESH_IGNORE_UID: '5' };
  const child = spawn(file, args, { env, stdio: 'ignore' });
  const began = () => existsSync(join(folder, 'iptables-restore.began'));
  await expect.poll(began, { interval: 20 }).toBe(true);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect((await host.proxyinit({}, ['apply', '--wait=0'])).stderr).toContain('another proxyinit is running');
  const next = host.proxyinit({});
  writeFileSync(join(folder, 'iptables-restore.go'), '');
  expect(await next).toMatchObject({ code: 0, stdout: expect.stringContaining('rules are in force:') });
  expect((await host.rules()).match(/-A OUTPUT.*|--uid-owner \d+/g)).toEqual([
    expect.stringContaining('APPMESH_EGRESS'),
    '--uid-owner 1337',
  ]);
});
