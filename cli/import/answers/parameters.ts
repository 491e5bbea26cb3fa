import { CommandError, UsageError } from '../../errors.ts';
import { isObject } from '../../../common/is-object.ts';
import { describePlace } from '../place.ts';
import type { ParsedFile } from '../reading/parsed.ts';
import { isScalar } from '../is-scalar.ts';

type Pair = readonly [string, string];

/**
 * Reads `--parameter KEY=VALUE`; the value may be empty.
 * @throws UsageError
 */
export function parseParameter(text: string): Pair {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(`--parameter ${JSON.stringify(text)}: it has to be KEY=VALUE`);
}

/**
 * Reads a file of parameters: the AWS command line's (`[{"ParameterKey": …, "ParameterValue": …}]`, or a list of
 * `"KEY=VALUE"`), CodePipeline's (`{"Parameters": {…}}`), a map of names and values, or the `questions` that import wrote.
 * An entry without a value stays open.
 * @throws CommandError for any other file
 */
export function parametersIn({ file, documents, problems }: ParsedFile): readonly Pair[] {
  const [problem] = problems;
  if (problem !== undefined) throw new CommandError(`${describePlace(problem.place)}: ${problem.message}`);
  return documents.flatMap(({ value, line }) => {
    const pairs = pairsOf(value);
    if (pairs !== undefined) return pairs;
    throw new CommandError(`${file}:${line}: not a file of parameters: ${FORMS}`);
  });
}

const FORMS =
  'it has to be a list of {"ParameterKey", "ParameterValue"}, {"Parameters": {…}}, a map of names and values, or the questions that import wrote';

function pairsOf(value: unknown): readonly Pair[] | undefined {
  if (Array.isArray(value)) return together(value.map(pairOf));
  if (!isObject(value)) return undefined;
  const { questions, Parameters: parameters } = value;
  if (Array.isArray(questions)) return together(questions.map(pairOf));
  const map = isObject(parameters) ? parameters : value;
  return together(
    Object.entries(map).map(([key, text]) => pairOf({ ParameterKey: key, ParameterValue: text })),
  );
}

function together(pairs: readonly (readonly Pair[] | undefined)[]): readonly Pair[] | undefined {
  return pairs.includes(undefined) ? undefined : pairs.flatMap((pair) => pair ?? []);
}

// An entry without a value is a question that is still open.
function pairOf(entry: unknown): readonly Pair[] | undefined {
  if (typeof entry === 'string') return entry.indexOf('=') > 0 ? [parseParameter(entry)] : undefined;
  if (!isObject(entry)) return undefined;
  const key = entry['ParameterKey'] ?? entry['parameter'];
  if (typeof key !== 'string') return undefined;
  const value = entry['ParameterValue'] ?? entry['value'] ?? null;
  if (value === null) return [];
  if (Array.isArray(value)) return [[key, value.map(String).join(',')]];
  return isScalar(value) ? [[key, String(value)]] : undefined;
}
