import { GROUP } from '../../../kubernetes/conversion/objects.ts';
import type { ParsedFile } from '../reading/parsed.ts';
import type { ImportProblem } from '../place.ts';

/** Returns the problems of a file. For manifests that are not valid YAML until they are rendered, it adds how to render them. */
export function withHint({ text, problems }: ParsedFile): readonly ImportProblem[] {
  if (problems.length === 0 || !text.includes(`${GROUP}/`)) return problems;
  const lines = text.split('\n');
  return problems.map(({ place, message }) => {
    const line = lines[place.line - 1] ?? '';
    if (/\{\{/.test(line)) return { place, message: `${message}; ${RENDER}` };
    return /\$\{?\w/.test(line) ? { place, message: `${message}; ${FILL_IN}` } : { place, message };
  });
}

const RENDER = 'this is a template, which has to be rendered first: helm template';
const FILL_IN = 'it is YAML only when its variables are filled in: envsubst < FILE';
