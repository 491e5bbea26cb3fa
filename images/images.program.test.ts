import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { buildArchive, whyNoImages } from '../test/docker/testing/image-archive.ts';
import { cells, page } from '../test/docs/pages.ts';
import { sha256 } from './assemble/tar.ts';
import { ON_REQUEST, TARGETS as ALL, type Target } from './assemble/definitions.ts';
import { unpackImages, type UnpackedImage } from './testing/unpacked-images.ts';

// The images' contents, without Docker.

const why = await whyNoImages();
if (why !== undefined) process.stderr.write(`the images are left out: ${why}\n`);

const MB = 1_000_000;
const TARGETS = ALL.filter((target) => !ON_REQUEST.includes(target));

/** Bars for all layers but those of Node and Envoy, in megabytes. */
const BARS: Readonly<Partial<Record<Target, number>>> = {
  envoy: 45,
  'envoy-slim': 25,
  'proxy-route-manager': 30,
  controlplane: 25,
  color: 15,
};

/** How far a figure of the documentation may be away, in megabytes: packages of Debian change their sizes. */
const DRIFT_MB = 1.5;

/** The users that containers run as; undefined: root. */
const USERS: Readonly<Partial<Record<Target, string | undefined>>> = {
  envoy: '1337',
  'envoy-slim': '1337',
  // Rules need NET_ADMIN, which Docker gives to root alone.
  'proxy-route-manager': undefined,
  controlplane: '1337',
  color: '1000',
};

/** Files that no Debian package has, by the layer that brings them. */
const OURS = [
  /^etc\/(group|nsswitch\.conf|passwd)$/,
  // Made of the files of ca-certificates.
  /^etc\/ssl\/certs\/ca-certificates\.crt$/,
  /^usr\/bin\/(agent|color|daybreak|envoy)$/,
  /^usr\/lib\/(color\/|daybreak\/node$|daybreak\/program\/)/,
  /^usr\/local\/bin\/envoy$/,
  /^usr\/share\/daybreak\/(packages\/.*\.txt|sbom\.spdx\.json)$/,
  /^var\/lib\/dpkg\/status\.d\//,
];

describe.skipIf(why !== undefined)(`images${why === undefined ? '' : ` are left out: ${why}`}`, () => {
  let folder: string;
  let archive: string;
  let images: readonly UnpackedImage[];
  const image = (target: Target): UnpackedImage => {
    const found = images.find(({ reference }) => reference.startsWith(`daybreak-${target}:`));
    if (found === undefined) throw new Error(`there is no image of ${target}`);
    return found;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybreak-images-test-'));
    archive = join(folder, 'images.tar');
    await buildArchive(archive);
    images = await unpackImages(archive, folder);
  }, 1_800_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(TARGETS)('%s: without Node and Envoy it is below its bar', (target) => {
    const { layers } = image(target);
    const large = layers.filter(({ bytes }) => bytes > 90 * MB);
    expect(large).toHaveLength(target.startsWith('envoy') ? 2 : 1);
    const rest = layers.filter(({ bytes }) => bytes <= 90 * MB).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(rest / MB).toBeLessThan(BARS[target] ?? 0);
  });

  it.each(
    TARGETS.filter((target) => target !== 'color'),
  )('%s: the table of docs/migrate.md has its size', (target) => {
    const { layers } = image(target);
    const row =
      page('docs/migrate.md')
        .text.split('\n')
        .find((line) => line.startsWith(`| \`daybreak-${target}\` |`)) ?? '';
    const [, size, , rest] = cells(row).map((cell) => Number.parseFloat(cell));
    const sum = (some: readonly { readonly bytes: number }[]): number =>
      some.reduce((total, { bytes }) => total + bytes, 0) / MB;
    expect(Math.abs((size ?? 0) - sum(layers))).toBeLessThan(DRIFT_MB);
    expect(Math.abs((rest ?? 0) - sum(layers.filter(({ bytes }) => bytes <= 90 * MB)))).toBeLessThan(
      DRIFT_MB,
    );
  });

  it('all share the base and Node, and those with a shell the programs', () => {
    const digests = TARGETS.map((target) => image(target).layers.map(({ digest }) => digest));
    expect(new Set(digests.map(([base]) => base)).size).toBe(1);
    expect(new Set(digests.map((layers) => layers[1])).size).toBe(1);
    const shell = (['envoy', 'proxy-route-manager', 'controlplane'] as const).map(
      (target) => image(target).layers.at(-2)?.digest,
    );
    expect(new Set(shell).size).toBe(1);
  });

  it('have labels, and those of the three programs a health check', () => {
    for (const target of TARGETS) {
      const { Labels, Healthcheck, User } = image(target).config;
      expect(Labels).toMatchObject({
        'org.opencontainers.image.title': `daybreak-${target}`,
        'org.opencontainers.image.version': manifest.version,
        'org.opencontainers.image.licenses': 'Apache-2.0',
      });
      expect(Healthcheck !== undefined).toBe(target !== 'color');
      expect(User).toBe(USERS[target]);
    }
    expect(image('envoy-slim').config.Healthcheck?.Test).toEqual(['CMD', '/usr/bin/agent', 'ready']);
  });

  it.each(
    TARGETS,
  )('%s: each file is of a package in the bill of materials, with the hash that Debian signed', async (target) => {
    const { root, reference } = image(target);
    const sbom = JSON.parse(await readFile(join(root, 'usr/share/daybreak/sbom.spdx.json'), 'utf8')) as {
      readonly spdxVersion: string;
      readonly name: string;
      readonly packages: readonly {
        readonly name: string;
        readonly versionInfo: string;
        readonly externalRefs: readonly { readonly referenceLocator: string }[];
      }[];
    };
    expect(sbom).toMatchObject({ spdxVersion: 'SPDX-2.3', name: reference });
    const purls = sbom.packages.flatMap(({ externalRefs }) =>
      externalRefs.map((ref) => ref.referenceLocator),
    );
    const status = join(root, 'var/lib/dpkg/status.d');
    const names = (await readdir(status)).filter((name) => !name.endsWith('.md5sums'));
    const listed = purls
      .filter((purl) => purl.startsWith('pkg:deb/'))
      .map((purl) => decodeURIComponent(/debian\/(.*)@/.exec(purl)?.[1] ?? ''));
    expect(listed.toSorted()).toEqual(names.toSorted());
    const sums = new Map(
      names.flatMap((name) =>
        md5sums(join(status, `${name}.md5sums`)).map(({ path, md5 }) => [real(path), md5] as const),
      ),
    );
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
    const strange = files.filter((path) => !OURS.some((ours) => ours.test(path)));
    expect(strange.length).toBeGreaterThan(20);
    // Configuration files of packages have no sum.
    const wrong = strange.filter(
      (path) => !path.startsWith('etc/') && hashOf(join(root, path)) !== sums.get(path),
    );
    expect(wrong).toEqual([]);
    const parts = ['pkg:npm/node-linux-'];
    if (target !== 'color') parts.push('pkg:generic/daybreak@', 'pkg:npm/fastify@');
    if (target.startsWith('envoy')) parts.push('pkg:github/envoyproxy/envoy@v');
    expect(parts.filter((part) => !purls.some((purl) => purl.startsWith(part)))).toEqual([]);
  });

  it('the slim image has no shell, and each link of an image leads to a file', async () => {
    const { root } = image('envoy-slim');
    expect((await readdir(join(root, 'usr/bin'))).toSorted()).toEqual([
      'agent',
      'daybreak',
      'envoy',
      'mkfifo',
      'prlimit',
      'setpriv',
      'tini',
    ]);
    for (const { root: each } of images) {
      const entries = await readdir(each, { recursive: true, withFileTypes: true });
      const links = entries
        .filter((entry) => entry.isSymbolicLink())
        .map((entry) => join(entry.parentPath, entry.name));
      expect(links.filter((link) => !leads(each, link)).map((link) => link.slice(each.length))).toEqual([]);
    }
  });

  it('no file gains rights, and any user can read all but the folders of state', async () => {
    for (const { root } of images) {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const modes = entries.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return { path: path.slice(root.length), stat: lstatSync(path) };
      });
      expect(modes.filter(({ stat }) => stat.isFile() && (stat.mode & 0o6000) !== 0)).toEqual([]);
      const closed = modes.filter(({ stat }) => (stat.mode & 0o004) === 0).map(({ path }) => path);
      expect(closed.toSorted()).toEqual(['/var/lib/daybreak', '/var/lib/daybreak-agent']);
    }
  });

  it('the same inputs make the same bytes, and the pins of an image make it again', {
    timeout: 1_800_000,
  }, async () => {
    const pins = join(folder, 'pins.txt');
    const folders = join(image('controlplane').root, 'usr/share/daybreak/packages');
    const lists = await Promise.all(
      (await readdir(folders)).map((name) => readFile(join(folders, name), 'utf8')),
    );
    await writeFile(pins, lists.join(''));
    const again = join(folder, 'again.tar');
    await buildArchive(again, '--only', 'controlplane', '--pins', pins);
    const once = await unpackImages(again, folder);
    expect(once[0]?.layers).toEqual(image('controlplane').layers);
    const third = join(folder, 'third.tar');
    await buildArchive(third, '--only', 'controlplane');
    expect(await sha256(third)).toBe(await sha256(again));
  });

  it('a package with another hash than its pin is refused', async () => {
    const pins = join(folder, 'wrong-pins.txt');
    const list = await readFile(
      join(image('controlplane').root, 'usr/share/daybreak/packages/base.txt'),
      'utf8',
    );
    await writeFile(pins, list.replaceAll(/ [0-9a-f]{64}$/gm, ` ${'0'.repeat(64)}`));
    await expect(
      buildArchive(join(folder, 'x.tar'), '--only', 'controlplane', '--pins', pins),
    ).rejects.toThrow(/base-files .*: its SHA-256 is [0-9a-f]{64}, pinned is 0{64}/);
  });
});

function md5sums(file: string): readonly { readonly md5: string; readonly path: string }[] {
  try {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return lines.map((line) => ({ md5: line.slice(0, 32), path: line.slice(34) }));
  } catch {
    // Packages of certificates and links alone have no sums.
    return [];
  }
}

/** Debian's packages still name /bin, /lib and /sbin, which are links. */
function real(path: string): string {
  return path.replace(/^(bin|lib|lib64|sbin)\//, 'usr/$1/');
}

function hashOf(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex');
}

function leads(root: string, link: string): boolean {
  const to = readlinkSync(link);
  if (to === '/run') return true;
  const path = to.startsWith('/') ? join(root, to) : join(link, '..', to);
  try {
    return lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}
