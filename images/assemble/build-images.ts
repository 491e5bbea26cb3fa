import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { writeArchive, type Image, type Layer } from './archive.ts';
import type { BuildOptions } from './build-options.ts';
import { endpointEnv, IMAGES, platformOf, type Target } from './definitions.ts';
import { layerFolders, type LayerFolder, type LayerFolders } from './layer-folders.ts';
import { spdx } from './sbom.ts';
import { tarFolder } from './tar.ts';

/** The path of the software bill of materials in an image. */
const SBOM = 'usr/share/daybreak/sbom.spdx.json';

/** The commit that the sources are from; undefined outside of a checkout. */
export type Source = { readonly revision: string | undefined };

/** Writes the images as one archive for `docker load`. `folder`, which exists and is empty, is for temporary files. */
export async function buildImages(
  options: BuildOptions,
  { revision }: Source,
  folder: string,
  file: string,
  warn: (line: string) => void,
): Promise<void> {
  const folders = layerFolders(options, folder, warn);
  const layers = new Map<string, Promise<Layer>>();
  const layer = (name: string, contents: LayerFolder): Promise<Layer> => {
    const tar = join(folder, `${name}.tar`);
    const found =
      layers.get(name) ??
      tarFolder(contents.folder, tar, options.epoch).then((digest) => ({ name, file: tar, digest }));
    layers.set(name, found);
    return found;
  };
  const images: Image[] = [];
  for (const { target, reference } of options.images) {
    const contents = await contentsOf(target, reference, folders, options, folder);
    const made: Layer[] = [];
    for (const [name, each] of contents) made.push(await layer(name, each));
    images.push({ reference, layers: made, config: configOf(target, options, revision) });
  }
  await writeArchive(images, file, join(folder, 'archive'), options.epoch);
}

/** Returns the layers of an image, by name, the last of which has its bill of materials. */
async function contentsOf(
  target: Target,
  reference: string,
  folders: LayerFolders,
  options: BuildOptions,
  parent: string,
): Promise<readonly (readonly [string, LayerFolder])[]> {
  const layers: (readonly [string, LayerFolder])[] = [];
  for (const name of IMAGES[target].layers) {
    const found = await folders.get(name);
    if (found !== undefined) layers.push([name, found]);
  }
  const components = layers.flatMap(([, each]) => each.components);
  const folder = join(parent, `contents-${target}`);
  await mkdir(join(folder, 'usr/share/daybreak'), { recursive: true });
  await writeFile(join(folder, SBOM), spdx(reference, components, options.epoch));
  if (target === 'envoy') await putEnvoyScript(folder);
  return [...layers, [`contents-${target}`, { folder, components: [] }]];
}

async function putEnvoyScript(folder: string): Promise<void> {
  await mkdir(join(folder, 'usr/bin'), { recursive: true });
  await copyFile(join(import.meta.dirname, '../programs/envoy'), join(folder, 'usr/bin/envoy'));
  await chmod(join(folder, 'usr/bin/envoy'), 0o755);
}

function configOf(target: Target, options: BuildOptions, revision: string | undefined): Image['config'] {
  const { command, description, user, env = [], healthcheck, layers } = IMAGES[target];
  const baked = layers.includes('endpoint') ? endpointEnv(options.xdsEndpoint, options.xdsCa) : [];
  return {
    ...platformOf(options.architecture),
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env, ...baked],
      Entrypoint: ['/usr/bin/tini', '-s', '--'],
      Cmd: command,
      ...(user === undefined ? {} : { User: user }),
      ...(healthcheck === undefined ? {} : { Healthcheck: healthcheck }),
      Labels: {
        'org.opencontainers.image.title': `daybreak-${target}`,
        'org.opencontainers.image.description': description,
        'org.opencontainers.image.version': manifest.version,
        'org.opencontainers.image.licenses': manifest.license,
        'org.opencontainers.image.created': new Date(options.epoch * 1000).toISOString(),
        ...(revision === undefined ? {} : { 'org.opencontainers.image.revision': revision }),
      },
    },
  };
}
