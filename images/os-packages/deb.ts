import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PackageFacts } from './package-folder.ts';
import { AFTER_INSTALL, AFTER_REMOVE, BEFORE_REMOVE, PURGE } from './scripts.ts';

/** Debian's names of architectures. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The maintainer scripts, by the arguments that dpkg calls them with (Debian Policy, chapter 6). */
const SCRIPTS: Readonly<Record<string, string>> = {
  postinst: `if [ "$1" = configure ]; then\n${AFTER_INSTALL}fi\n`,
  prerm: `if [ "$1" = remove ]; then\n${BEFORE_REMOVE}fi\n`,
  postrm: `${AFTER_REMOVE}if [ "$1" = purge ]; then\n${PURGE}fi\n`,
};

/** Builds a .deb of a folder. @throws Error if dpkg-deb is missing or fails */
export async function buildDeb(
  root: string,
  facts: PackageFacts,
  work: string,
): Promise<{ readonly path: string; readonly name: string }> {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const version = `${facts.version}-${facts.release}`;
  const control = join(root, 'DEBIAN');
  await mkdir(control, { mode: 0o755 });
  await writeFile(
    join(control, 'control'),
    `Package: ${facts.name}
Version: ${version}
Architecture: ${architecture}
Maintainer: The Daybreak authors <daybreak@localhost>
Installed-Size: ${Math.ceil((await sizeOf(root)) / 1024)}
Depends: libc6, libstdc++6, iptables, util-linux, passwd
Recommends: systemd, curl
Section: net
Priority: optional
Description: ${facts.summary}
 The command daybreak, its Node, Envoy, and systemd units for the agent, the control plane and the redirect rules.
`,
  );
  await writeFile(join(control, 'conffiles'), `${facts.conffiles.join('\n')}\n`);
  for (const [name, text] of Object.entries(SCRIPTS))
    await writeFile(join(control, name), `#!/bin/sh\nset -e\n${text}`, { mode: 0o755 });
  const name = `${facts.name}_${version}_${architecture}.deb`;
  const path = join(work, name);
  // Faster than the default for programs of this size, and every dpkg of a supported distribution reads it.
  await execa('dpkg-deb', ['-Zxz', '-z1', '--root-owner-group', '--build', root, path]);
  await rm(control, { recursive: true });
  return { path, name };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.map(async (entry) =>
      entry.isFile() ? (await stat(join(entry.parentPath, entry.name))).size : 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
