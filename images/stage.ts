import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundle, type Bundle } from '../test/lab/programs/bundle.ts';
import { openToAll } from './open-to-all.ts';
import { thirdPartyLicenses } from './third-party-licenses.ts';

const NODE = 'usr/lib/daybreak/node';
const PROGRAM = 'usr/lib/daybreak/program';

/** Where each file of this folder is installed. */
const FILES: Readonly<Record<string, string>> = {
  'programs/agent': 'usr/bin/agent',
  'programs/daybreak': 'usr/bin/daybreak',
  'systemd/daybreak-agent.service': 'usr/lib/systemd/system/daybreak-agent.service',
  'systemd/daybreak-controlplane.service': 'usr/lib/systemd/system/daybreak-controlplane.service',
  'systemd/daybreak-proxyinit.service': 'usr/lib/systemd/system/daybreak-proxyinit.service',
  'systemd/sysusers.conf': 'usr/lib/sysusers.d/daybreak.conf',
};

/**
 * Writes into `folder`, which is new or empty, all of Daybreak as it is installed, with paths as below `/`: the commands, the bundled
 * programs, `node` (the path of a Node binary for the machine they will run on), and systemd's units and user. It is what a machine without
 * Docker unpacks. Envoy is not in it.
 * @returns the folders of the npm packages whose code is in the programs
 * @throws Error if `folder` is not empty, because all files in it get new modes
 */
export async function stage(folder: string, node: string): Promise<Pick<Bundle, 'packages'>> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty: name a new folder`);
  for (const [file, installed] of Object.entries(FILES)) {
    await put(join(import.meta.dirname, file), join(folder, installed));
  }
  await put(node, join(folder, NODE));
  const { packages } = await bundle({ folder: join(folder, PROGRAM) });
  await writeFile(join(folder, PROGRAM, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicenses(packages));
  await openToAll(folder, (path) => dirname(path).endsWith('/bin') || path === join(folder, NODE));
  return { packages };
}

async function put(file: string, installed: string): Promise<void> {
  await mkdir(dirname(installed), { recursive: true });
  await copyFile(file, installed);
}
