import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A component of an image: its package URL (https://github.com/package-url/purl-spec), and its licence where a field names it. */
export type Component = {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly license?: string;
};

/** Where base.sh writes the control files of Debian packages. */
export const STATUS = 'var/lib/dpkg/status.d';

/** Returns the Debian packages that a layer's folder has. */
export async function debianPackages(folder: string): Promise<readonly Component[]> {
  if (!existsSync(join(folder, STATUS))) return [];
  const names = await readdir(join(folder, STATUS));
  const controls = names.filter((name) => !name.endsWith('.md5sums')).toSorted();
  return Promise.all(
    controls.map(async (file) => {
      const control = await readFile(join(folder, STATUS, file), 'utf8');
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(control)?.[1] ?? '';
      const [name, version] = [field('Package'), field('Version')];
      const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${field('Architecture')}`;
      return { name, version, purl };
    }),
  );
}

/** Returns the npm packages of the bundle; `folders` are theirs. */
export async function npmPackages(folders: readonly string[]): Promise<readonly Component[]> {
  return Promise.all(
    folders.map(async (folder) => {
      const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
        license?: string;
      };
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
      return { name, version, purl, ...(license === undefined ? {} : { license }) };
    }),
  );
}

/**
 * Returns the software bill of materials of an image, in SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/). `epoch`, in seconds, is the
 * time of creation; the same components give the same text.
 */
export function spdx(image: string, components: readonly Component[], epoch: number): string {
  const sorted = components.toSorted((a, b) => (a.purl < b.purl ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
  const packages = sorted.map(({ name, version, purl, license }, at) => ({
    name,
    SPDXID: `SPDXRef-Package-${at}`,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: license ?? 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  }));
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: image,
    documentNamespace: `https://spdx.org/spdxdocs/${image.replaceAll(/[^\w.-]/g, '-')}-${hash}`,
    creationInfo: {
      created: new Date(epoch * 1000).toISOString().replace('.000Z', 'Z'),
      creators: ['Tool: images-build.sh'],
    },
    packages,
    relationships: packages.map(({ SPDXID }) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: SPDXID,
    })),
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}
