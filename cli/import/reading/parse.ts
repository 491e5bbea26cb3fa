import type { ImportProblem, Path } from '../source.ts';
import { parseJson } from './json.ts';
import { parseYaml } from './yaml.ts';

/** One document of a file. */
export type ParsedDocument = {
  readonly value: unknown;
  /** The line that it begins in, from 1. */
  readonly line: number;
  /** The line of a part of it, or of the innermost part on the way there that exists. */
  readonly lineAt: (path: Path) => number;
};

/** A file that was read. HCL has text alone: nothing in it is a document yet. */
export type ParsedFile = {
  readonly file: string;
  readonly form: 'json' | 'yaml' | 'hcl';
  readonly text: string;
  readonly documents: readonly ParsedDocument[];
  /** Why it, or a document of it, cannot be read. */
  readonly problems: readonly ImportProblem[];
};

/** Reads a text as what it is: HCL by the name, JSON where it can be that, else YAML. */
export function parseFile(file: string, text: string): ParsedFile {
  if (/\.(?:tf|tfvars)$/i.test(file)) return { file, form: 'hcl', text, documents: [], problems: [] };
  const json = /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
  if (json !== undefined) return { file, form: 'json', text, documents: json, problems: [] };
  return { file, form: 'yaml', text, ...parseYaml(file, text) };
}
