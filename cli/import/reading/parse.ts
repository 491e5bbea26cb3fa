import type { ParsedFile } from './parsed.ts';
import { parseJson } from './json.ts';
import { parseYaml } from './yaml.ts';

/** Parses a file: HCL by its name, JSON if the text is valid JSON, else YAML. */
export function parseFile(file: string, text: string): ParsedFile {
  if (/\.(?:tf|tfvars)$/i.test(file)) return { file, form: 'hcl', text, documents: [], problems: [] };
  const json = /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
  if (json !== undefined) return { file, form: 'json', text, documents: json, problems: [] };
  return { file, form: 'yaml', text, ...parseYaml(file, text) };
}
