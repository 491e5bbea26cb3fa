import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import manifest from '../../package.json' with { type: 'json' };
import { bundle } from '../../test/lab/programs/bundle.ts';
import { openToAll } from '../open-to-all.ts';
import { stage } from '../stage.ts';
import { NODE_ARCHITECTURE } from './architecture.ts';
import type { BuildOptions } from './build-options.ts';
import type { LayerName } from './definitions.ts';
import { envoyVersion, putEnvoy } from './envoy-binary.ts';
import { putNode } from './node-binary.ts';
import { debianPackages, npmPackages, type Component } from './sbom.ts';

const IMAGES = join(import.meta.dirname, '..');

/** The folder of a layer, and the components in it. */
export type LayerFolder = { readonly folder: string; readonly components: readonly Component[] };

/** The folders of the layers that the images share or are made of. Each is filled at its first use. */
export type LayerFolders = { get(layer: LayerName): Promise<LayerFolder | undefined> };

/** Users of the base image. */
const USERS = {
  'etc/passwd': `root:x:0:0:root:/root:/bin/sh
daybreak:x:1337:1337:daybreak:/:/usr/sbin/nologin
`,
  'etc/group': `root:x:0:\ndaybreak:x:1337:\n`,
  'etc/nsswitch.conf': `passwd: files\ngroup: files\nhosts: files dns\n`,
};

/** Returns the folders of layers, below `parent`, which exists. `warn` gets a line for a part that is larger than necessary. */
export function layerFolders(
  options: BuildOptions,
  parent: string,
  warn: (line: string) => void,
): LayerFolders {
  const made = new Map<LayerName, Promise<LayerFolder | undefined>>();
  let staged: ReturnType<typeof stagePrograms> | undefined;
  const programs = () => (staged ??= stagePrograms(join(parent, 'staged')));
  const packages = async (folder: string, list: string): Promise<LayerFolder> => {
    await unpack(options, folder, list);
    return { folder, components: await debianPackages(folder) };
  };
  const makers: Readonly<Record<LayerName, (folder: string) => Promise<LayerFolder | undefined>>> = {
    base: async (folder) => {
      const base = await packages(folder, 'base');
      await putUsers(folder);
      return base;
    },
    node: async (folder) => {
      await mkdir(join(folder, 'usr/lib/daybreak'), { recursive: true });
      await putNode(options.architecture, join(folder, 'usr/lib/daybreak/node'), warn);
      return { folder, components: [nodeComponent(options)] };
    },
    envoy: (folder) => envoy(options, folder),
    'packages-envoy': (folder) => packages(folder, 'envoy'),
    'packages-envoy-slim': (folder) => packages(folder, 'envoy-slim'),
    'packages-proxy-route-manager': (folder) => packages(folder, 'proxy-route-manager'),
    'packages-controlplane': (folder) => packages(folder, 'controlplane'),
    programs: async (folder) => putPrograms(await programs(), 'programs', folder),
    'programs-slim': async (folder) => putPrograms(await programs(), 'programs-slim', folder),
    'programs-color': putColor,
    'packages-prometheus': (folder) => packages(folder, 'prometheus'),
    'packages-postgres': (folder) => packages(folder, 'postgres'),
    'programs-postgres': putPostgres,
    endpoint: (folder) => endpoint(options, folder),
  };
  return {
    get(layer) {
      const found = made.get(layer) ?? makers[layer](join(parent, layer));
      made.set(layer, found);
      return found;
    },
  };
}

/** @throws Error with the script's own text if it fails */
async function unpack(options: BuildOptions, folder: string, list: string): Promise<void> {
  const args = ['--arch', options.architecture, '--cache', options.cache];
  const pins = options.pins === undefined ? [] : ['--pins', options.pins];
  const mirrors = options.mirrors.flatMap((mirror) => ['--mirror', mirror]);
  const file = join(IMAGES, 'packages', `${list}.txt`);
  const { failed, all, shortMessage } = await execa(
    join(IMAGES, 'base.sh'),
    [...args, ...pins, ...mirrors, folder, file],
    {
      all: true,
      reject: false,
      stdin: 'ignore',
    },
  );
  if (failed) throw new Error(all === '' ? shortMessage : all);
}

async function putUsers(folder: string): Promise<void> {
  for (const [path, text] of Object.entries(USERS)) await writeFile(join(folder, path), text);
  for (const path of ['var/lib/daybreak', 'var/lib/daybreak-agent']) {
    await mkdir(join(folder, path));
    await chmod(join(folder, path), 0o700);
  }
}

async function endpoint({ xdsCa }: BuildOptions, folder: string): Promise<LayerFolder | undefined> {
  if (xdsCa === undefined) return undefined;
  await mkdir(join(folder, 'etc/daybreak'), { recursive: true });
  await copyFile(xdsCa, join(folder, 'etc/daybreak/xds-ca.pem'));
  await chmod(join(folder, 'etc/daybreak/xds-ca.pem'), 0o644);
  return { folder, components: [] };
}

function nodeComponent({ architecture }: BuildOptions): Component {
  const name = `node-linux-${NODE_ARCHITECTURE[architecture]}` as const;
  const version = manifest.optionalDependencies[name];
  return { name, version, purl: `pkg:npm/${name}@${version}`, license: 'MIT' };
}

async function envoy(options: BuildOptions, folder: string): Promise<LayerFolder> {
  const file = join(folder, 'usr/local/bin/envoy');
  await mkdir(dirname(file), { recursive: true });
  await putEnvoy(options.envoy, options.architecture, file);
  const version =
    (await envoyVersion(file)) ?? (options.envoy.kind === 'release' ? options.envoy.version : 'unknown');
  const purl = `pkg:github/envoyproxy/envoy@v${version}`;
  return { folder, components: [{ name: 'envoy', version, purl, license: 'Apache-2.0' }] };
}

async function stagePrograms(folder: string) {
  const { packages } = await stage(folder, process.execPath);
  return { folder, components: await npmPackages(packages) };
}

/** Bundles the color application. */
async function putColor(folder: string): Promise<LayerFolder> {
  const { packages } = await bundle({
    entry: join(IMAGES, '../demo/apps/main.ts'),
    folder: join(folder, 'usr/lib/color'),
  });
  await mkdir(join(folder, 'usr/bin'), { recursive: true });
  await copyFile(join(IMAGES, 'programs/color'), join(folder, 'usr/bin/color'));
  await openToAll(folder, (path) => path.endsWith('/bin/color'));
  return { folder, components: await npmPackages(packages) };
}

async function putPostgres(folder: string): Promise<LayerFolder> {
  await mkdir(join(folder, 'usr/bin'), { recursive: true });
  await copyFile(join(IMAGES, 'programs/postgres'), join(folder, 'usr/bin/postgres'));
  await openToAll(folder, (path) => path.endsWith('/bin/postgres'));
  return { folder, components: [] };
}

/** Copies the commands and the bundle; the slim image's commands need no shell. */
async function putPrograms(
  staged: LayerFolder,
  layer: 'programs' | 'programs-slim',
  folder: string,
): Promise<LayerFolder> {
  const bin = join(folder, 'usr/bin');
  const lib = join(folder, 'usr/lib/daybreak');
  for (const path of [bin, lib]) await mkdir(path, { recursive: true });
  await execa('cp', ['--archive', join(staged.folder, 'usr/lib/daybreak/program'), lib]);
  const slim = layer === 'programs-slim';
  for (const name of ['agent', 'daybreak']) {
    await copyFile(join(IMAGES, 'programs', slim ? 'slim' : '.', name), join(bin, name));
    await chmod(join(bin, name), 0o755);
  }
  if (slim) await symlink('../local/bin/envoy', join(bin, 'envoy'));
  const { name, version, license } = manifest;
  const own = { name, version, purl: `pkg:generic/${name}@${version}`, license };
  return { folder, components: [own, ...staged.components] };
}
