import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { CACHE } from '../../../images/options.ts';
import { isOnPath } from '../../operations/clients/on-path.ts';

const IMAGES = join(import.meta.dirname, '../../../images');
const BUILD = join(IMAGES, 'build.sh');

/** Time-out of a build, in milliseconds: it downloads 20 MB of Debian packages the first time. */
const LIMIT_MS = 1_200_000;

/** Time-out of the question whether Debian's mirror answers, in milliseconds. */
const MIRROR_MS = 300_000;

let answer: Promise<string | undefined> | undefined;

/** Returns why images cannot be built here; undefined if they can. Tries it once, with the smallest list of packages. */
export function whyNoImages(): Promise<string | undefined> {
  answer ??= tryPackages();
  return answer;
}

async function tryPackages(): Promise<string | undefined> {
  const missing = ['apt-get', 'dpkg-deb'].filter((program) => !isOnPath(program));
  if (missing.length > 0) return `there is no ${missing.join(', ')} on the PATH`;
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-packages-'));
  try {
    const list = join(IMAGES, 'packages/controlplane.txt');
    const args = ['--cache', CACHE, join(folder, 'root'), list];
    const { failed, timedOut, stderr } = await execa(join(IMAGES, 'base.sh'), args, {
      timeout: MIRROR_MS,
      reject: false,
    });
    if (!failed) return undefined;
    return timedOut
      ? `Debian's mirror did not answer within ${MIRROR_MS} ms`
      : (stderr.trim().split('\n').at(-1) ?? '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Builds images with `images/build.sh`, and writes them to `file`. Returns the script's stderr. */
export async function buildArchive(file: string, ...flags: readonly string[]): Promise<string> {
  const envoy = process.env['DAYBREAK_ENVOY'];
  const from = flags.includes('--envoy') || envoy === undefined ? [] : ['--envoy', envoy];
  const { stderr } = await execa(BUILD, ['--output', file, ...from, ...flags], { timeout: LIMIT_MS });
  return stderr;
}
