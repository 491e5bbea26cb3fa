import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import manifest from '../../package.json' with { type: 'json' };
import { NODE_ARCHITECTURE, thisArchitecture, type Architecture } from './architecture.ts';

const LOCK = join(import.meta.dirname, '../../package-lock.json');

/** Programs that strip a binary of another architecture, by the architecture. */
const STRIP = { amd64: 'x86_64-linux-gnu-strip', arm64: 'aarch64-linux-gnu-strip' } as const;
const PACKAGE = { amd64: '-x86-64-linux-gnu', arm64: '-aarch64-linux-gnu' } as const;

/**
 * Writes the project's Node for `architecture` to `file`, without its symbols, which are 15% of it. For this machine, it copies the running
 * Node; for the other architecture, the file comes from npm and has to match the hash in package-lock.json.
 * @throws Error if the download fails, or has another hash
 */
export async function putNode(
  architecture: Architecture,
  file: string,
  warn: (line: string) => void,
): Promise<void> {
  const own = architecture === thisArchitecture();
  if (own) await copyFile(await realpath(process.execPath), file);
  else await download(architecture, file);
  const strip = own ? 'strip' : STRIP[architecture];
  const { failed, stderr, code } = await execa(strip, ['--strip-all', file], { reject: false });
  if (failed) {
    const why =
      code === 'ENOENT'
        ? `there is no ${strip} (Debian: apt-get install binutils${own ? '' : PACKAGE[architecture]})`
        : stderr;
    warn(`Node keeps its symbols, about 20 MB: ${why}`);
  }
}

async function download(architecture: Architecture, file: string): Promise<void> {
  const name = `node-linux-${NODE_ARCHITECTURE[architecture]}` as const;
  const version = manifest.optionalDependencies[name];
  const lock = JSON.parse(await readFile(LOCK, 'utf8')) as {
    packages: Record<string, { integrity?: string } | undefined>;
  };
  const wanted = lock.packages[`node_modules/${name}`]?.integrity;
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-node-'));
  try {
    const args = ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`];
    const { stdout } = await execa('npm', args, { cwd: folder });
    const packed = join(folder, stdout.trim().split('\n').at(-1) ?? '');
    const got = `sha512-${createHash('sha512')
      .update(await readFile(packed))
      .digest('base64')}`;
    if (got !== wanted)
      throw new Error(`${name}@${version}: its hash is ${got}, package-lock.json has ${wanted}`);
    await execa('tar', ['--extract', '--file', packed, '--directory', folder, 'package/bin/node']);
    await copyFile(join(folder, 'package/bin/node'), file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
