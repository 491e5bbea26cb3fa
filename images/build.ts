// Builds the container images. Called by build.sh, under the Node that comes with the project.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa, ExecaError } from 'execa';
import { errorText } from '../common/error-text.ts';
import { buildImages } from './assemble/build-images.ts';
import { sourceOf } from './assemble/source.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { stage } from './stage.ts';

async function main(options: Options): Promise<void> {
  switch (options.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return;
    case 'stage':
      await stage(resolve(options.folder), process.execPath);
      return;
    case 'build':
      await build(options.build);
  }
}

async function build(options: Extract<Options, { kind: 'build' }>['build']): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-images-'));
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const { epoch, revision } = await sourceOf(process.env['SOURCE_DATE_EPOCH']);
    const archive = options.output ?? join(folder, 'images.tar');
    await buildImages({ ...options, epoch }, { revision }, folder, archive, warn);
    if (options.output === undefined) await load(archive);
    for (const { reference } of options.images) process.stdout.write(`built ${reference}\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function load(archive: string): Promise<void> {
  const { failed, stderr } = await execa('docker', ['load', '--quiet'], {
    input: createReadStream(archive),
    stdout: 'ignore',
    reject: false,
  });
  if (failed) throw new Error(`docker load: ${stderr}\n(--output FILE writes the images without Docker)`);
}

// A Ctrl-C stops docker, which is in the terminal's foreground too; the temporary folder is removed after it.
process.on('SIGINT', () => {});
try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  const message = error instanceof ExecaError ? error.shortMessage : errorText(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
