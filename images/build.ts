// Builds the container images. Called by build.sh, under the Node that comes with the project.
import { errorText } from '../common/error-text.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, ExecaError } from 'execa';
import { readOptions, USAGE, type Options } from './options.ts';
import { stage } from './stage.ts';

async function main(options: Options): Promise<void> {
  switch (options.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return;
    case 'stage':
      await stage(options.folder, process.execPath);
      return;
    case 'build':
      await build(options);
  }
}

async function build({ images, dockerArgs }: Extract<Options, { kind: 'build' }>): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'daybreak-images-'));
  try {
    await stage(context, process.execPath);
    const dockerfile = join(import.meta.dirname, 'Dockerfile');
    for (const { target, reference } of images) {
      const args = ['build', '--file', dockerfile, '--target', target, '--tag', reference];
      await execa('docker', [...args, ...dockerArgs, context], { stdio: 'inherit' });
      process.stdout.write(`built ${reference}\n`);
    }
  } finally {
    await rm(context, { recursive: true });
  }
}

// A Ctrl-C stops docker, which is in the terminal's foreground too; the context is taken away after it.
process.on('SIGINT', () => {});
try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  const message = error instanceof ExecaError ? error.shortMessage : errorText(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
