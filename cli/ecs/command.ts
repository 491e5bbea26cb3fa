import type { Streams } from '../apply/apply.ts';
import { CommandError, UsageError } from '../errors.ts';
import { createAnswers } from '../import/answers/answers.ts';
import { readAnswers } from '../import/answers/given.ts';
import { describePlace } from '../import/place.ts';
import { createReader } from '../import/reading/files.ts';
import type { ImportContext } from '../import/source.ts';
import type { Want } from './draft.ts';
import { isOfAppMesh } from './envoy-container.ts';
import type { Given } from './reading/given.ts';
import { readDefinitions } from './reading/read.ts';
import type { RenderOptions } from './options.ts';
import { render } from './render.ts';
import { describeRendered, withoutOpen, type Named } from './report.ts';

/** The options of `daybreak ecs render`. */
export type EcsRenderOptions = RenderOptions & {
  /** The logical id of one task definition of a template; undefined: all of App Mesh. */
  readonly resource: string | undefined;
  readonly parameter: readonly string[];
  readonly parametersFile: readonly string[];
  readonly outputs: readonly string[];
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Print the changes in place of the definition. */
  readonly diff: boolean;
  /** Print the changes, and return 3 if there are any. */
  readonly check: boolean;
  readonly output: 'text' | 'json';
};

/** The size limit of a file, in MiB. */
const MOST_MIB = 16;
/** The exit code for `--check` with something left to change. */
const LEFT = 3;

/**
 * Renders the task definitions of a file and prints them: one as an object, several as a list. Changes and warnings go to stderr.
 * Returns the exit code.
 * @throws UsageError if a value is missing, which names all flags that are; CommandError for an unusable file or definition
 */
export async function renderFile(file: string, options: EcsRenderOptions, streams: Streams): Promise<number> {
  const all = (await read(file, options, streams)).map(
    ({ name, place, definition }): Named => ({
      name,
      place,
      rendered: render(definition, options),
    }),
  );
  const text = describeRendered(all);
  const isReport = options.diff || options.check;
  if (options.output === 'json') streams.stdout.write(`${JSON.stringify(reportJson(all), null, 2)}\n`);
  else (isReport ? streams.stdout : streams.stderr).write(text);
  requireWhole(all);
  if (options.output === 'text' && !isReport) {
    const definitions = all.map(({ rendered }) => rendered.taskDefinition);
    const [first] = definitions;
    streams.stdout.write(`${JSON.stringify(definitions.length === 1 ? first : definitions, null, 2)}\n`);
  }
  return options.check && all.some(({ rendered }) => rendered.changes.length > 0) ? LEFT : 0;
}

async function read(
  file: string,
  options: EcsRenderOptions,
  { stdin }: Pick<Streams, 'stdin'>,
): Promise<readonly Given[]> {
  const reader = createReader(MOST_MIB, stdin);
  const { pairs, outputs } = await readAnswers(options, reader);
  const { account, region } = options;
  const answers = createAnswers(pairs);
  const context: ImportContext = { answers, account, region, mesh: undefined, outputs, read: reader.further };
  const { given, problems } = await readDefinitions(await reader.read(file), context);
  if (problems.length > 0) {
    throw new CommandError(
      problems.map(({ place, message }) => `${describePlace(place)}: ${message}`).join('\n'),
    );
  }
  return select(given, options.resource, file);
}

// A file with a single definition means that one. A template also has definitions without App Mesh.
function select(given: readonly Given[], resource: string | undefined, file: string): readonly Given[] {
  const names = given.map(({ name }) => name).join(', ');
  if (resource !== undefined) {
    const found = given.filter(({ name }) => name === resource);
    if (found.length > 0) return found;
    throw new UsageError(
      `--resource ${JSON.stringify(resource)}: ${file} has the task definitions ${names || 'none'}`,
    );
  }
  const own = given.filter(({ definition }) => isOfAppMesh(definition));
  if (own.length > 0 || given.length === 1) return own.length > 0 ? own : given;
  throw new CommandError(
    `${file}: ${names === '' ? 'it has no task definition' : `no task definition of App Mesh among ${names}`}`,
  );
}

function requireWhole(all: readonly Named[]): void {
  const errors = all.flatMap(({ rendered }) =>
    rendered.problems.filter(({ severity }) => severity === 'error'),
  );
  const wants = new Map(
    all.flatMap(({ rendered }) => rendered.wants.map((want) => [want.flag, want] as const)),
  );
  if (wants.size > 0) throw new UsageError(describeWants([...wants.values()]));
  if (errors.length === 0) return;
  const [count, verb] = errors.length === 1 ? ['1 error', 'has'] : [`${errors.length} errors`, 'have'];
  throw new CommandError(`nothing is rendered: ${count} above ${verb} to be corrected in the file`);
}

function describeWants(wants: readonly Want[]): string {
  return ['nothing is rendered; needed:', ...wants.map(({ flag, why }) => `  ${flag}  (${why})`)].join('\n');
}

function reportJson(all: readonly Named[]): unknown {
  return {
    taskDefinitions: all.map(({ name, place: { file, line }, rendered }) => ({
      name,
      file,
      line,
      taskDefinition: withoutOpen(rendered.taskDefinition),
      changes: withoutOpen(rendered.changes),
      problems: rendered.problems,
      wants: rendered.wants,
    })),
  };
}
