import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAll } from '../../controlplane/api/testing/test-api.ts';
import { capture, startBench, type Bench } from '../testing/control-plane.ts';
import { exportMesh } from './export.ts';
import { fileNames } from './file-names.ts';

let bench: Bench;
let other: Bench;
beforeEach(async () => {
  [bench, other] = await Promise.all([startBench(), startBench()]);
  await makeAll(bench.api);
  await bench.api.call('PUT', '/meshes/colors/virtualServices', {
    virtualServiceName: 'names: [*] yes/no 日本',
    spec: {},
    tags: [
      { key: 'on', value: '1e3' },
      { key: 'x', value: '' },
    ],
  });
});
afterEach(async () => {
  await bench.close();
  await other.close();
});

const write = async (mesh: string, output: 'yaml' | 'json', folder?: string): Promise<string> => {
  const { stdout } = await capture(bench.folder, '', async (streams) => {
    await exportMesh(bench.client, { mesh, meshOwner: undefined, output, folder }, streams);
    return 0;
  });
  return stdout;
};

const content = ({ api }: Bench) =>
  [...api.live.model.resources()]
    .map(({ kind, mesh, parent, name, spec, tags }) => ({ kind, mesh, parent, name, spec, tags }))
    .toSorted((a, b) => (a.kind + a.name < b.kind + b.name ? -1 : 1));

describe('apply restores the mesh that export wrote', () => {
  it.each(['yaml', 'json'] as const)('as %s on stdout', async (form) => {
    const text = await write('colors', form);
    await expect(text).toMatchFileSnapshot(`testdata/exported.${form}`);
    expect((await other.apply(['-'], { stdin: text })).code).toBe(0);
    expect(content(other)).toEqual(content(bench));
    const again = await bench.apply(['-'], { stdin: text });
    expect(again.stdout).toContain('0 created, 0 changed, 0 deleted, 8 unchanged.');
  });

  it.each(['yaml', 'json'] as const)('as %s in a folder', async (form) => {
    const folder = join(other.folder, 'new/folder');
    expect(await write('colors', form, folder)).toBe(`8 documents of mesh colors are in ${folder}\n`);
    expect((await other.apply(['new/folder'])).code).toBe(0);
    expect(content(other)).toEqual(content(bench));
    expect((await readdir(folder)).toSorted()).toContain(`virtualService.teller.local.${form}`);
  });
});

it('refuses a folder that is not empty and a mesh that does not exist', async () => {
  await bench.write('full/a', '');
  await expect(write('colors', 'yaml', join(bench.folder, 'full'))).rejects.toThrow('full is not empty');
  await expect(write('none', 'yaml', join(bench.folder, 'empty'))).rejects.toThrow('there is no mesh none');
  expect(await readdir(bench.folder)).toEqual(['full']);
});

it('file names are unique for any names of resources', () => {
  const key = (parent: string, name: string) =>
    ({ kind: 'route', owner: undefined, mesh: 'm', parent, name }) as const;
  const long = 'x'.repeat(250);
  const names = fileNames(
    [
      key('a.b', 'c'),
      key('a', 'b.c'),
      key('a+b', 'c'),
      key('A', 'b.c'),
      key('..', '/'),
      key('é', '.'),
      key('r', `${long}1`),
      key('r', `${long}2`),
    ],
    'yaml',
  );
  expect(names.slice(0, 6)).toEqual([
    'route.a.b+c.yaml',
    'route.a+b.c.yaml',
    'route.a%2Bb+c.yaml',
    'route.A+b.c~2.yaml',
    'route...+%2F.yaml',
    'route.%C3%A9+..yaml',
  ]);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  expect(Math.max(...names.map((name) => name.length))).toBeLessThan(200);
});
