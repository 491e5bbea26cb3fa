import { CommandError } from '../../errors.ts';
import { isObject } from '../../../common/is-object.ts';
import type { ParsedFile } from '../reading/parsed.ts';
import { describePlace } from '../place.ts';

/** A stack in an answer of `describe-stacks`. */
export type StackAnswer = {
  readonly name: string;
  /** Its ARN. */
  readonly id: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** The resolved values of SSM parameters. */
  readonly resolved: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
};

/** The contents of the files of `--outputs`: stacks, and exports by name. */
export type OutputAnswers = {
  readonly stacks: readonly StackAnswer[];
  readonly exports: ReadonlyMap<string, readonly { readonly value: string; readonly file: string }[]>;
};

type Entry = Readonly<Record<string, unknown>>;

/**
 * Reads answers of `aws cloudformation describe-stacks` and `list-exports`.
 * @throws CommandError for any other file
 */
export function readOutputs(files: readonly ParsedFile[]): OutputAnswers {
  const stacks: StackAnswer[] = [];
  const exports = new Map<string, { value: string; file: string }[]>();
  const add = (name: unknown, value: unknown, file: string): void => {
    if (typeof name !== 'string' || typeof value !== 'string') return;
    const before = exports.get(name) ?? [];
    if (!before.some((each) => each.value === value)) exports.set(name, [...before, { value, file }]);
  };
  for (const { file, documents, problems } of files) {
    const [problem] = problems;
    if (problem !== undefined) throw new CommandError(`${describePlace(problem.place)}: ${problem.message}`);
    for (const { value, line } of documents) {
      const [listed, described] = [entries(value, 'Exports'), entries(value, 'Stacks')];
      if (listed === undefined && described === undefined)
        throw new CommandError(`${file}:${line}: ${NEITHER}`);
      for (const { Name: name, Value: text } of listed ?? []) add(name, text, file);
      for (const stack of described ?? []) {
        stacks.push(stackAnswer(stack));
        for (const { ExportName: name, OutputValue: text } of entries(stack, 'Outputs') ?? [])
          add(name, text, file);
      }
    }
  }
  return { stacks, exports };
}

const NEITHER =
  'not an answer of aws cloudformation describe-stacks or list-exports: neither Stacks nor Exports';

function stackAnswer(stack: Entry): StackAnswer {
  const parameters = entries(stack, 'Parameters') ?? [];
  return {
    name: String(stack['StackName']),
    id: String(stack['StackId']),
    parameters: mapOf(parameters, 'ParameterKey', 'ParameterValue'),
    resolved: mapOf(parameters, 'ParameterKey', 'ResolvedValue'),
    outputs: mapOf(entries(stack, 'Outputs') ?? [], 'OutputKey', 'OutputValue'),
  };
}

// CloudFormation answers a NoEcho value with asterisks.
function mapOf(list: readonly Entry[], key: string, value: string): ReadonlyMap<string, string> {
  return new Map(
    list.flatMap((entry) => {
      const [name, text] = [entry[key], entry[value]];
      return typeof name === 'string' && typeof text === 'string' && !/^\*+$/.test(text)
        ? [[name, text]]
        : [];
    }),
  );
}

function entries(value: unknown, member: string): readonly Entry[] | undefined {
  const list = isObject(value) ? value[member] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : undefined;
}
