import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import type { Host } from './host.ts';
import { request } from './clients/http.ts';
import { createLab, type Lab, type LabOptions } from './lab.ts';
import { NETNS_ETC } from './net/names.ts';
import { ownerOf } from './owner.ts';
import { until } from './until.ts';

const FIXTURES = join(import.meta.dirname, 'testdata');

async function open(options: LabOptions = {}): Promise<Lab> {
  const lab = await createLab(options);
  onTestFinished(() => lab.close());
  return lab;
}

/** Starts a server that answers with its uid and the address of its client. */
async function serveWhoami(host: Host): Promise<void> {
  const args = [join(FIXTURES, 'whoami.js'), '8000'];
  const server = host.spawn('whoami', process.execPath, args);
  await server.line(/^listening$/);
}

async function fetchOn(host: Host, url: string): Promise<string> {
  const script = `fetch(${JSON.stringify(url)}).then((answer) => answer.text()).then(console.log)`;
  return (await host.exec(process.execPath, ['-e', script])).stdout.trim();
}

/**
 * Everything on this machine that carries a lab's name. `link`: its interface, or `none`. The name has to have a label: after the end of the lab, a lab
 * of another test may have its number, and then the interface does not count.
 */
function traces(name: string, link: string): string[] {
  const list = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  const before = list('/run/netns');
  const links = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' }).match(/^\d+: [^:@]+/gm) ?? [];
  const spaces = list('/run/netns');
  // Another lab with this number may begin or end between the two lists.
  const isOfAnother = [...before, ...spaces].some(
    (entry) => entry.startsWith(`${link}-`) && !entry.startsWith(`${name}-`),
  );
  return [
    ...spaces.filter((entry) => entry.startsWith(`${name}-`)),
    ...list(NETNS_ETC).filter((entry) => entry.startsWith(`${name}-`)),
    ...links.filter((line) => !isOfAnother && line.endsWith(` ${link}`)),
  ];
}

function linkOf(lab: Pick<Lab, 'name'>): string {
  return `daybreak-${lab.name.split('-')[1]}`;
}

test('hosts reach each other by name and by IPv6 address, and the test process reaches them', async () => {
  const lab = await open();
  const web = await lab.host('web', { dns: ['web.default.svc.cluster.local'] });
  const client = await lab.host('client');
  await serveWhoami(web);
  const name = 'http://web.default.svc.cluster.local:8000';
  expect(await fetchOn(client, name)).toBe(`0 ${client.address}`);
  expect(await fetchOn(client, `http://[${web.address6}]:8000`)).toBe(`0 ${client.address6}`);
  expect((await request(`http://${web.address}:8000`)).body).toBe(`0 ${lab.address}`);
});

test('names resolve to IPv6 addresses if the lab is created with `ipv6Names`', async () => {
  const lab = await open({ ipv6Names: true });
  const host = await lab.host('one');
  const { stdout } = await host.exec('getent', ['ahosts', 'one']);
  expect(stdout).toContain(host.address);
  expect(stdout).toContain(host.address6);
});

test('an unknown name fails, and an address outside of the lab is unreachable', async () => {
  const lab = await open();
  const host = await lab.host('alone');
  const script = join(FIXTURES, 'connect.js');
  const connect = async (to: string) => (await host.exec(process.execPath, [script, to])).stdout.trim();
  expect(await connect('absent.example')).toBe('EAI_AGAIN');
  expect(await connect('192.0.2.1')).toBe('ENETUNREACH');
  expect(await connect('2001:db8::1')).toBe('ENETUNREACH');
});

test('a program runs as the given user, without supplementary groups', async () => {
  const lab = await open();
  const host = await lab.host('one');
  const program = host.spawn('id', 'sh', ['-c', 'echo $(id -u; id -g; id -G)'], { uid: 1337 });
  expect(await program.line(/./)).toBe('1337 1337 1337');
  const { stdout } = await host.exec('sh', ['-c', 'id -u; id -g; id -G'], { uid: 1337 });
  expect(stdout).toBe('1337\n1337\n1337\n');
});

test('a running program sees a host that is added later, in the same hosts file', async () => {
  const lab = await open();
  const first = await lab.host('first');
  const file = join(NETNS_ETC, first.namespace, 'hosts');
  const { ino } = statSync(file);
  const watcher = first.spawn('watcher', 'sh', ['-c', 'until grep second /etc/hosts; do sleep 0.02; done']);
  const second = await lab.host('second', { dns: ['later.example'] });
  expect(await watcher.line(/second/)).toBe(`${second.address} second later.example`);
  expect(statSync(file).ino).toBe(ino);
});

test('a program is stopped by SIGTERM, and by SIGKILL if SIGTERM is not enough', async () => {
  const lab = await open();
  const host = await lab.host('one');
  const polite = host.spawn('polite', 'sleep', ['1000']);
  expect(await polite.stop()).toEqual({ code: undefined, signal: 'SIGTERM' });
  expect(polite.exit()).toEqual({ code: undefined, signal: 'SIGTERM' });
  const deaf = host.spawn('deaf', 'sh', ['-c', `trap '' TERM; echo deaf; while :; do sleep 0.1; done`]);
  await deaf.line(/deaf/);
  expect(await deaf.stop(50)).toEqual({ code: undefined, signal: 'SIGKILL' });
});

test('the output of a program is in the error if the program ends too early', async () => {
  const lab = await open();
  const host = await lab.host('one');
  const program = host.spawn('hasty', 'sh', ['-c', 'echo no such mesh >&2; exit 3']);
  await expect(program.line(/ready/)).rejects.toThrow(/one\/hasty ended with exit 3[^]*no such mesh/);
  await expect(host.exec('sh', ['-c', 'echo bad; exit 4'])).rejects.toThrow(/exit 4\nbad/);
  expect(await host.exec('sh', ['-c', 'echo bad; exit 4'], { check: false })).toMatchObject({ code: 4 });
  await expect(host.exec('sleep', ['1000'], { limitMs: 50 })).rejects.toThrow('no end after 50 ms');
});

test('two labs that are open at once are isolated from each other', async () => {
  const [one, two] = await Promise.all([open(), open({ name: 'other' })]);
  const [left, right] = await Promise.all([one.host('same'), two.host('same')]);
  expect(left.address).not.toBe(right.address);
  await serveWhoami(left);
  await serveWhoami(right);
  expect((await request(`http://${left.address}:8000`)).body).toBe(`0 ${one.address}`);
  expect((await request(`http://${right.address}:8000`)).body).toBe(`0 ${two.address}`);
});

test('closing a lab spares another lab with a similar name', async () => {
  const lab = await createLab();
  const number = lab.name.replace('daybreak-', '');
  const other = await open({ name: number });
  await serveWhoami(await other.host('one'));
  await lab.close();
  expect(traces(other.name, linkOf(other))).not.toEqual([]);
  const again = await other.host('two');
  expect(await fetchOn(again, 'http://one:8000')).toBe(`0 ${again.address}`);
});

test('a closed lab leaves nothing behind, not even children of its programs', async () => {
  const lab = await createLab({ name: 'nothing' });
  const host = await lab.host('one');
  const parent = host.spawn('parent', 'sh', ['-c', 'setsid sleep 1000 & echo $!; wait']);
  const child = await parent.line(/^\d+$/);
  expect(traces(lab.name, linkOf(lab))).toHaveLength(4);
  await lab.close();
  await lab.close();
  expect(traces(lab.name, linkOf(lab))).toEqual([]);
  expect(existsSync(lab.folder)).toBe(false);
  await until('the grandchild is gone', () => ownerOf(Number(child)) === undefined);
  await expect(lab.host('two')).rejects.toThrow('is closed');
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'exit'] as const)('%s of its owner closes a lab', async (end) => {
  const owner = execa(
    process.execPath,
    [join(import.meta.dirname, 'testing/owner.ts'), end === 'exit' ? 'exit' : 'stay'],
    {
      reject: false,
    },
  );
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  const lab = JSON.parse(String(line)) as Pick<Lab, 'name'>;
  if (end !== 'exit') owner.kill(end);
  expect((await owner).signal).toBe(end === 'exit' ? undefined : end);
  expect(traces(lab.name, linkOf(lab))).toEqual([]);
});

test('the lab of a killed owner is removed by the next one', async () => {
  const owner = execa(process.execPath, [join(import.meta.dirname, 'testing/owner.ts'), 'stay'], {
    reject: false,
  });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  const stale = JSON.parse(String(line)) as Pick<Lab, 'name' | 'folder'> & { pid: number };
  expect(traces(stale.name, linkOf(stale))).not.toEqual([]);
  owner.kill('SIGKILL');
  await owner;
  // From here on the next lab may be that of another test.
  await until('its program is gone with it', () => ownerOf(stale.pid) === undefined);
  await open({ name: 'next' });
  expect(traces(stale.name, 'none')).toEqual([]);
  expect(existsSync(stale.folder)).toBe(false);
});

test.each([
  { name: 'Upper', host: 'a' },
  { name: '-dash', host: 'a' },
  { name: 'a'.repeat(21), host: 'a' },
  { name: 'good', host: 'with space' },
  { name: 'good', host: 'switch' },
])('lab $name, host $host: rejected', async ({ name, host }) => {
  await expect(open({ name }).then((lab) => lab.host(host))).rejects.toThrow(/name "|there is one of that/);
});
