import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-]|$)/i;

/**
 * Returns the licences of npm packages as one text, which stands beside the programs that contain their code: the name, version and licence
 * of each package, and the texts of its licence and notice files.
 * @param packages their folders
 */
export async function thirdPartyLicenses(packages: readonly string[]): Promise<string> {
  const texts = await Promise.all(packages.map(licence));
  return `Daybreak's programs contain code of the following packages.\n\n${texts.join('\n')}`;
}

async function licence(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const names = (await readdir(folder)).filter((name) => LICENCE_FILE.test(name)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const title = `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`;
  return [`${'='.repeat(80)}\n${title}\n`, ...texts.map((text) => `${text.trim()}\n`)].join('\n');
}
