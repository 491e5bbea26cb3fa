import { basename } from 'node:path';
import type { ConfigurationFile } from './parse.ts';

/** Whether a file has values of variables, such as `terraform.tfvars`. */
export function isValues(file: string): boolean {
  return /\.tfvars(?:\.json)?$/i.test(file);
}

/** Whether Terraform takes the values in a file without `-var-file`. */
export function isAutomatic(file: string): boolean {
  return rankOf(file) < NAMED;
}

/**
 * Returns the files whose values count, in Terraform's order, in which a later value replaces an earlier one: `terraform.tfvars`, the others
 * that Terraform takes by itself, and those that the command line names (Terraform language, "Variable Definition Precedence").
 */
export function countingValues(
  files: readonly ConfigurationFile[],
  named: ReadonlySet<string>,
): readonly ConfigurationFile[] {
  const rank = ({ file }: ConfigurationFile): number => (named.has(file) ? NAMED : rankOf(file));
  return files
    .filter(({ file }) => isValues(file) && (named.has(file) || isAutomatic(file)))
    .toSorted((a, b) => rank(a) - rank(b));
}

const NAMED = 3;

function rankOf(file: string): number {
  const name = basename(file).toLowerCase();
  if (name === 'terraform.tfvars') return 0;
  if (name === 'terraform.tfvars.json') return 1;
  return /\.auto\.tfvars(?:\.json)?$/.test(name) ? 2 : NAMED;
}
