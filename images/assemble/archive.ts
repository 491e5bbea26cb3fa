import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tarFolder } from './tar.ts';

/** A layer's tar file and its SHA-256. */
export type Layer = { readonly name: string; readonly file: string; readonly digest: string };

/** An image to write: its name with tag, its layers from the lowest to the highest, and its configuration without them. */
export type Image = {
  readonly reference: string;
  readonly layers: readonly Layer[];
  readonly config: Readonly<Record<string, unknown>>;
};

/**
 * Writes images as one archive for `docker load`: each layer once, a configuration an image, and the list of both. `folder` is for
 * temporary files; the files of the layers move there. `epoch`, in seconds, is the time of creation.
 */
export async function writeArchive(
  images: readonly Image[],
  file: string,
  folder: string,
  epoch: number,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const layers = new Map(
    images.flatMap((image) => image.layers.map((layer) => [layer.digest, layer] as const)),
  );
  for (const { digest, file: tar } of layers.values()) await rename(tar, join(folder, `${digest}.tar`));
  const manifest = [];
  for (const image of images) {
    const text = configText(image, epoch);
    const name = `${createHash('sha256').update(text).digest('hex')}.json`;
    await writeFile(join(folder, name), text);
    manifest.push({
      Config: name,
      RepoTags: [image.reference],
      Layers: image.layers.map(({ digest }) => `${digest}.tar`),
    });
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await tarFolder(folder, file, epoch);
}

function configText({ config, layers }: Image, epoch: number): string {
  const created = new Date(epoch * 1000).toISOString();
  return JSON.stringify({
    created,
    ...config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: layers.map(({ name }) => ({ created, created_by: `images/build.sh: ${name}` })),
  });
}
