import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const NODE = `node-linux-${process.arch}` as keyof typeof manifest.optionalDependencies;

/**
 * Builds the npm package and installs it, as an operator does, into `folder`/installed, which any user can read. Nothing comes
 * from a registry or npm's usual cache: Node's package, which is large, is made of the binary that runs this.
 * @returns the path of the command `daybreak`
 */
export async function installPackage(folder: string): Promise<string> {
  const { stdout } = await execa('npm', ['run', '--silent', 'package', '--', '--out', folder], { cwd: ROOT });
  const node = join(folder, NODE);
  await mkdir(join(node, 'bin'), { recursive: true });
  await copyFile(process.execPath, join(node, 'bin/node'));
  const version = manifest.optionalDependencies[NODE];
  await writeFile(join(node, 'package.json'), JSON.stringify({ name: NODE, version }));
  const installed = join(folder, 'installed');
  await mkdir(installed);
  await writeFile(join(installed, 'package.json'), '{}');
  const args = ['install', '--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'npm-cache')];
  await execa('npm', [...args, stdout.trim(), node], { cwd: installed });
  await execa('chmod', ['-R', 'go+rX', folder]);
  await chmod(folder, 0o755);
  return join(installed, 'node_modules/.bin/daybreak');
}
