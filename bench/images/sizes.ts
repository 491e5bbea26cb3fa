import { createReadStream } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { execa } from 'execa';

/** An image's layers by the order of the archive; sizes in megabytes. */
export type ImageSizes = {
  readonly reference: string;
  readonly layers: readonly { readonly file: string; readonly stored: number; readonly pulled: number }[];
};

const MB = 1_000_000;

/** Measures the layers of an archive: as Docker stores them, and as a registry sends them, which is with gzip at its usual level. */
export async function imageSizes(archive: string, folder: string): Promise<readonly ImageSizes[]> {
  await mkdir(folder, { recursive: true });
  await execa('tar', ['--extract', '--file', archive, '--directory', folder]);
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as readonly {
    readonly RepoTags: readonly string[];
    readonly Layers: readonly string[];
  }[];
  const measured = new Map<
    string,
    { readonly file: string; readonly stored: number; readonly pulled: number }
  >();
  for (const file of new Set(manifest.flatMap(({ Layers }) => Layers))) {
    const { size } = await stat(join(folder, file));
    measured.set(file, { file, stored: size / MB, pulled: (await gzipped(join(folder, file))) / MB });
  }
  return manifest.map(({ RepoTags, Layers }) => ({
    reference: RepoTags[0] ?? '',
    layers: Layers.flatMap((file) => measured.get(file) ?? []),
  }));
}

async function gzipped(file: string): Promise<number> {
  let bytes = 0;
  for await (const chunk of createReadStream(file).pipe(createGzip())) bytes += (chunk as Buffer).length;
  return bytes;
}
