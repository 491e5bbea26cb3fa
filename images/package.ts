// Builds the npm package. Called by `npm run package`, under the Node that comes with the project.
import { errorText } from '../common/error-text.ts';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { stagePackage } from './stage-package.ts';

const USAGE = `npm run package [-- [--name NAME] [--out FOLDER]]

Builds an npm package of the command \`daybreak\` and prints its path. NAME is its name (daybreak; @scope/name for a scope of yours),
FOLDER where it goes (dist).
`;

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string', default: 'daybreak' },
      out: { type: 'string', default: join(import.meta.dirname, '../dist') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const out = resolve(values.out);
  await mkdir(out, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-package-'));
  try {
    await stagePackage(folder, values.name);
    const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', out, folder], {
      stderr: 'inherit',
    });
    process.stdout.write(`${join(out, fileOf(stdout))}\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The file that npm made. Some versions of npm answer with a list, others with an object by name. */
function fileOf(json: string): string {
  const [packed] = Object.values(JSON.parse(json) as Record<string, { filename: string }>);
  if (packed === undefined) throw new Error('npm pack made no package');
  return packed.filename;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
}
