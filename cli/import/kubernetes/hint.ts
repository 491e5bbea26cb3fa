import type { ParsedFile } from '../reading/parsed.ts';
import type { ImportProblem } from '../place.ts';

/** The most syntax errors that import reports for a file: those after the first often follow from it. */
const MOST = 3;

/**
 * Returns the first problems of a file, and the number of the others. A template of Helm has a single one: how to render it. A line
 * with a variable gets a hint how to fill it in.
 */
export function withHint({ text, problems }: ParsedFile): readonly ImportProblem[] {
  const lines = text.split('\n');
  const shown = problems.slice(0, text.includes('{{') ? 1 : MOST);
  const rest = problems.length - shown.length;
  return shown.map(({ place, message }, index) => {
    const line = lines[place.line - 1] ?? '';
    const more = index === shown.length - 1 && rest > 0 ? `, and ${rest} more` : '';
    if (text.includes('{{')) return { place, message: `${message}${more}; ${RENDER}` };
    return { place, message: `${message}${more}${/\$\{?\w/.test(line) ? `; ${FILL_IN}` : ''}` };
  });
}

const RENDER = 'this is a template, which has to be rendered first: helm template';
const FILL_IN = 'it is YAML only when its variables are filled in: envsubst < FILE';
