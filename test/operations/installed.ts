import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The `aws` command line, which DAYBREAK_AWS names. */
export function awsCommand(): string {
  const command = process.env['DAYBREAK_AWS'];
  if (command !== undefined) return command;
  throw new Error('DAYBREAK_AWS names no AWS command line: `npm test` installs one and sets it');
}

/** The Python that it runs in, and the folder of its packages, for PYTHONPATH; boto3 is among them. */
export function awsPython(): { readonly python: string; readonly packages: string } {
  const packages = dirname(awsCommand());
  return { python: readFileSync(join(packages, 'python'), 'utf8').trim(), packages };
}
