import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { stage } from '../stage.ts';

/** The facts that both kinds of package state. */
export type PackageFacts = {
  readonly name: 'daybreak';
  readonly version: string;
  /** The number of this build of the version. */
  readonly release: number;
  readonly summary: string;
  readonly license: string;
  /** Files that an upgrade or a removal keeps as the operator wrote them, as paths below `/`. */
  readonly conffiles: readonly string[];
};

/**
 * The configuration files of a new installation. They contain only comments, so that a unit without settings does not start
 * half-configured.
 */
const CONFFILES: Readonly<Record<string, string>> = {
  'etc/daybreak/agent.env': `# The variables of daybreak-agent.service, a line each, without quotes.
# APPMESH_RESOURCE_ARN=mesh/apps/virtualNode/serviceB
# APPMESH_XDS_ENDPOINT=http://HOST:18000
`,
  'etc/daybreak/proxyinit.env': `# The variables of daybreak-proxyinit.service, a line each.
# APPMESH_APP_PORTS=8000
`,
  'etc/daybreak/controlplane.env': `# The variables of daybreak-controlplane.service: each flag of the control plane, DAYBREAK_ and its name in capitals.
DAYBREAK_DATA=/var/lib/daybreak
`,
};

/** Writes the files of a package into a new folder, with paths as below `/`: all of Daybreak, Envoy, and the configuration files. */
export async function packageFolder(root: string, envoy: string, release: number): Promise<PackageFacts> {
  await stage(root, process.execPath);
  const installed = join(root, 'usr/bin/envoy');
  await copyFile(envoy, installed);
  await chmod(installed, 0o755);
  for (const [path, text] of Object.entries(CONFFILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await chmod(dirname(join(root, path)), 0o755);
    await writeFile(join(root, path), text);
    await chmod(join(root, path), 0o640);
  }
  return {
    name: 'daybreak',
    version: manifest.version,
    release,
    summary: manifest.description,
    license: manifest.license,
    conffiles: Object.keys(CONFFILES).map((path) => `/${path}`),
  };
}
