import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Healthcheck } from '../assemble/definitions.ts';

/** An image of an archive, unpacked. */
export type UnpackedImage = {
  readonly reference: string;
  /** Its file system: all layers, one over the other. */
  readonly root: string;
  readonly layers: readonly { readonly digest: string; readonly bytes: number }[];
  readonly config: {
    readonly Cmd: readonly string[];
    readonly Env: readonly string[];
    readonly User?: string;
    readonly Healthcheck?: Healthcheck;
    readonly Labels: Readonly<Record<string, string>>;
  };
};

type Manifest = readonly {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  readonly Layers: readonly string[];
}[];

/** Unpacks the images of an archive, which `docker load` takes, into a new folder below `parent`. */
export async function unpackImages(archive: string, parent: string): Promise<readonly UnpackedImage[]> {
  const folder = await mkdtemp(join(parent, 'unpacked-'));
  await execa('tar', ['--extract', '--file', archive, '--directory', folder]);
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const images: UnpackedImage[] = [];
  for (const { Config, RepoTags, Layers } of manifest) {
    const root = join(folder, `root-${images.length}`);
    await mkdir(root);
    const { config, rootfs } = JSON.parse(await readFile(join(folder, Config), 'utf8')) as Pick<
      UnpackedImage,
      'config'
    > & {
      readonly rootfs: { readonly diff_ids: readonly string[] };
    };
    const layers = [];
    for (const [at, layer] of Layers.entries()) {
      await execa('tar', [
        '--extract',
        '--file',
        join(folder, layer),
        '--directory',
        root,
        '--keep-directory-symlink',
      ]);
      layers.push({ digest: rootfs.diff_ids[at] ?? '', bytes: await sizeOf(join(folder, layer)) });
    }
    images.push({ reference: RepoTags[0] ?? '', root, layers, config });
  }
  for (const layer of new Set(manifest.flatMap(({ Layers }) => Layers))) await rm(join(folder, layer));
  return images;
}

/** Returns the bytes of a layer's files, as Docker counts them. */
async function sizeOf(layer: string): Promise<number> {
  const { stdout } = await execa('tar', ['--list', '--verbose', '--numeric-owner', '--file', layer]);
  const sizes = stdout.split('\n').map((line) => Number(line.split(/\s+/)[2]));
  return sizes.reduce((sum, each) => sum + each, 0);
}
