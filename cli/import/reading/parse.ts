import type { ParsedFile } from './parsed.ts';
import { parseJson } from './json.ts';
import { parseYaml } from './yaml.ts';

/** The most levels of a document: every part of import walks values recursively. */
const MOST_LEVELS = 200;

/** Parses a file: HCL by its name, JSON if the text is valid JSON, else YAML. */
export function parseFile(file: string, text: string): ParsedFile {
  if (/\.(?:tf|tfvars)$/i.test(file)) return { file, form: 'hcl', text, documents: [], problems: [] };
  const json = /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
  if (json !== undefined) return shallow({ file, form: 'json', text, documents: json, problems: [] });
  return shallow({ file, form: 'yaml', text, ...parseYaml(file, text) });
}

function shallow(parsed: ParsedFile): ParsedFile {
  const deep = parsed.documents.filter(({ value }) => isDeeper(value, MOST_LEVELS));
  if (deep.length === 0) return parsed;
  const problems = deep.map(({ line }) => ({
    place: { file: parsed.file, line, id: '' },
    message: `more than ${MOST_LEVELS} levels of lists and objects`,
  }));
  const documents = parsed.documents.filter((document) => !deep.includes(document));
  return { ...parsed, documents, problems: [...parsed.problems, ...problems] };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}
