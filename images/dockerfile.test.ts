import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeFlags } from '../test/lab/node-flags.ts';
import { TARGETS } from './options.ts';
import { stage } from './stage.ts';

let folder: string;
/** The Dockerfile's instructions, a line each, without comments. */
let instructions: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-images-'));
  await writeFile(join(folder, 'node-binary'), '');
  // As in a checkout that only its owner can read.
  const umask = process.umask(0o077);
  await stage(join(folder, 'context'), join(folder, 'node-binary')).finally(() => process.umask(umask));
  const dockerfile = await readFile(join(import.meta.dirname, 'Dockerfile'), 'utf8');
  instructions = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '');
});
afterAll(() => rm(folder, { recursive: true }));

/** The sources of every COPY from the context, and where they go. */
function copies(): readonly { readonly sources: readonly string[]; readonly to: string }[] {
  return instructions
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .map((line) => line.split(/\s+/).slice(1))
    .map((words) => ({ sources: words.slice(0, -1), to: words.at(-1) ?? '' }));
}

test('what the images copy is what is staged, and goes where it is staged', async () => {
  const sources = new Set(copies().flatMap((copy) => copy.sources));
  for (const source of sources)
    expect((await stat(join(folder, 'context', source))).mode & 0o444).toBe(0o444);
  for (const copy of copies()) {
    for (const source of copy.sources) {
      expect(copy.to.endsWith('/') ? copy.to + (source.split('/').at(-1) ?? '') : copy.to).toBe(`/${source}`);
    }
  }
  const staged = await readdir(join(folder, 'context'), { recursive: true, withFileTypes: true });
  const files = staged
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'context/').length))
    .filter((path) => !/^usr\/lib\/(systemd|sysusers\.d)\//.test(path));
  const left = files.filter((path) => ![...sources].some((source) => `${path}/`.startsWith(`${source}/`)));
  expect(left).toEqual([]);
});

test('a folder that has something in it is left alone', async () => {
  await expect(stage(folder, join(folder, 'node-binary'))).rejects.toThrow('is not empty: name a new folder');
});

test('what the images run is there, and every target is named', () => {
  const provided = [
    ...copies().flatMap((copy) => copy.sources.map((source) => `/${source}`)),
    '/usr/bin/tini',
  ];
  const run = instructions
    .filter((line) => /^(CMD|ENTRYPOINT) /.test(line))
    .map((line) => (JSON.parse(line.slice(line.indexOf('['))) as string[])[0]);
  expect(run.filter((program) => !provided.includes(program ?? ''))).toEqual([]);
  expect(run).toHaveLength(1 + TARGETS.length);
  const stages = instructions.flatMap((line) => / AS (\S+)$/.exec(line)?.[1] ?? []);
  expect(stages).toEqual(expect.arrayContaining([...TARGETS]));
  expect(stages.at(-1)).toBe('envoy');
});

test('the default Envoy is the one that is tested', async () => {
  const setup = await readFile(join(import.meta.dirname, '../scripts/install/envoy.mjs'), 'utf8');
  const version = /CURRENT = \{ version: '(.*?)'/.exec(setup)?.[1];
  expect(instructions).toContain(`ARG ENVOY_IMAGE=envoyproxy/envoy:v${version}`);
});

test('the commands are for everybody, and run the staged Node and program with their arguments', async () => {
  for (const [name, flags, args] of [
    ['daybreak', ['--disable-sigusr1', '--max-semi-space-size=8'], '"$@"'],
    ['agent', ['--disable-sigusr1', '--max-semi-space-size=1'], 'agent "$@"'],
  ] as const) {
    const path = join(folder, 'context/usr/bin', name);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
    const [, node, ...words] = (await readFile(path, 'utf8')).trim().split('\n').at(-1)?.split(' ') ?? [];
    const [program, ...rest] = words.slice(flags.length);
    expect(words.slice(0, flags.length)).toEqual(flags);
    // Core files would have keys in them.
    expect(await readFile(path, 'utf8')).toMatch(/^ulimit -c 0$/m);
    expect(nodeFlags(name)).toEqual(flags);
    expect((await execa(process.execPath, [...flags, '--version'])).stdout).toBe(process.version);
    expect((await stat(join(folder, 'context', node ?? ''))).mode & 0o777).toBe(0o755);
    expect((await stat(join(folder, 'context', program ?? ''))).mode & 0o777).toBe(0o644);
    expect(rest.join(' ')).toBe(args);
  }
  const { stdout } = await execa(process.execPath, [
    join(folder, 'context/usr/lib/daybreak/program/daybreak.mjs'),
    '--version',
  ]);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
});
