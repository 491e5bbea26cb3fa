import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { isOnPath } from '../../operations/clients/on-path.ts';

const BUILD = join(import.meta.dirname, '../../../images/build.sh');

/** Time-out of a build, in milliseconds: it downloads 20 MB of Debian packages the first time. */
const LIMIT_MS = 300_000;

/** Returns why images cannot be built here; undefined if they can. */
export function whyNoImages(): string | undefined {
  const missing = ['apt-get', 'dpkg-deb'].filter((program) => !isOnPath(program));
  if (missing.length > 0) return `there is no ${missing.join(', ')} on the PATH`;
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  return existsSync(keyring) ? undefined : `there is no ${keyring}`;
}

/** Builds images with `images/build.sh`, and writes them to `file`. Returns what the script said on stderr. */
export async function buildArchive(file: string, ...flags: readonly string[]): Promise<string> {
  const envoy = process.env['DAYBREAK_ENVOY'];
  const from = flags.includes('--envoy') || envoy === undefined ? [] : ['--envoy', envoy];
  const { stderr } = await execa(BUILD, ['--output', file, ...from, ...flags], { timeout: LIMIT_MS });
  return stderr;
}
