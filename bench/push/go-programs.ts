import { join } from 'node:path';
import { execa, ExecaError } from 'execa';
import { BenchUsageError } from '../figures/bench.ts';

/** The paths of the two Go programs of this folder, built. */
export type GoPrograms = { readonly gocp: string; readonly xdsload: string };

/**
 * Builds the programs into `folder`; their modules come from Go's module cache or proxy.
 * @throws BenchUsageError that names the package to install if Go is missing
 */
export async function buildGoPrograms(folder: string): Promise<GoPrograms> {
  try {
    await execa('go', ['build', '-trimpath', '-buildvcs=false', '-o', `${folder}/`, './...'], {
      cwd: import.meta.dirname,
    });
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code !== 'ENOENT')
      throw new Error(`go build failed:\n${String(error.stderr)}`, { cause: error });
    throw new BenchUsageError(
      'the peer and the load generator are Go programs, and there is no `go` on the PATH: install Go 1.26 or later (https://go.dev/dl), or the package golang-go and let it fetch that version',
    );
  }
  return { gocp: join(folder, 'gocp'), xdsload: join(folder, 'xdsload') };
}
