import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Returns the `aws` command line that DAYBREAK_AWS names. */
export function awsCommand(): string {
  const command = process.env['DAYBREAK_AWS'];
  if (command !== undefined) return command;
  throw new Error('DAYBREAK_AWS names no AWS command line: `npm test` installs one and sets it');
}

/** Returns the Python of the command line, and the folder of its packages (boto3 among them) for PYTHONPATH. */
export function awsPython(): { readonly python: string; readonly packages: string } {
  const packages = dirname(awsCommand());
  return { python: readFileSync(join(packages, 'python'), 'utf8').trim(), packages };
}
