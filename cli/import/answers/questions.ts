import { stringify } from 'yaml';
import type { Asked } from '../open-values.ts';
import { describePlace, describeUse } from '../place.ts';

/** The name of the file of questions. */
export const QUESTIONS_FILE = 'questions.yaml';

/**
 * Formats the file of questions, which `--parameters-file` takes back once the values are filled in. `answered` holds the
 * answers that the file had before; they stay in it.
 */
export function formatQuestions(
  asked: readonly Asked[],
  answered: readonly (readonly [string, string])[],
): string {
  const open = asked.map(({ question, values }) => ({
    parameter: question.key,
    why: question.why,
    answeredBy: question.flags,
    for: values.map(({ place, path }) => `${describePlace(place)}: ${describeUse(path)}`),
    value: null,
  }));
  const questions = [...open, ...answered.map(([parameter, value]) => ({ parameter, value }))];
  return `${HEAD}${stringify({ questions }, { lineWidth: 0, compat: 'yaml-1.1', nullStr: '' })}`;
}

const HEAD = `# What the files of the import do not say. Write each answer behind its \`value:\`, and import again with
# --parameters-file and this file.
`;
