import type { Answers } from '../answers/answers.ts';
import type { ImportProblem, Path } from '../place.ts';
import type { OutputAnswers, StackAnswer } from './outputs.ts';
import { placeIn, type Template } from './template.ts';
import { FAULT, type Value } from './value.ts';

/** The account, the region and the name of a stack, if known. */
export type StackEnvironment = {
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** The stack's own name. */
  readonly name: string | undefined;
};

/** A template with everything that its values depend on. */
export type Stack = {
  readonly template: Template;
  /** The prefix of logical ids in reports: `Network/` in the nested stack Network, else ''. */
  readonly prefix: string;
  readonly environment: StackEnvironment;
  /** Returns a parameter from the nesting stack; undefined if the stack is not nested. */
  readonly given: ((parameter: string) => Value) | undefined;
  readonly answers: Answers;
  /** The stack in an answer of `describe-stacks`. */
  readonly described: StackAnswer | undefined;
  /** The exports of all stacks. */
  readonly exports: Exports;
  /** The nested stacks, by logical id. */
  readonly nested: Map<string, Stack>;
  readonly problems: ImportProblem[];
  /** Evaluates a part of the template; `path` leads to it. */
  readonly evaluate: (value: unknown, path: Path) => Value;
  /** The values of `once`, by name. */
  readonly known: Map<string, Value>;
  /** The evaluations in progress in all stacks, outermost first, to detect circular references. */
  readonly underway: { readonly file: string; readonly name: string }[];
};

/** The exports of the given templates, and those in `--outputs`. */
export type Exports = {
  readonly stacks: Stack[];
  readonly answers: OutputAnswers;
  /** The exporting outputs, by export name. Undefined until the first use, because all stacks have to be known. */
  index: ReadonlyMap<string, readonly Export[]> | undefined;
};

/** An output that another stack may import. */
export type Export = { readonly stack: Stack; readonly output: string };

/** A function of templates. `argument` is not evaluated yet; `path` leads to it. */
export type TemplateFunction = (stack: Stack, argument: unknown, path: Path) => Value;

/** Evaluates a named value once, and caches it. Reports a circular reference at the reference that closes the circle. */
export function once(stack: Stack, name: string, path: Path, work: () => Value): Value {
  const { known, underway, prefix, template } = stack;
  if (known.has(name)) return known.get(name);
  const step = { file: template.file, name: `${prefix}${name}` };
  const start = underway.findIndex((each) => each.file === step.file && each.name === step.name);
  if (start !== -1) {
    const circle = [...underway.slice(start), step];
    const one = circle.every(({ file }) => file === step.file);
    const steps = circle.map((each) => (one ? each.name : `${each.name} (${each.file})`));
    tell(stack, path, `circular reference: ${steps.join(' → ')}`);
    return FAULT;
  }
  underway.push(step);
  const value = work();
  underway.pop();
  known.set(name, value);
  return value;
}

/** Reports a fault, and returns FAULT. */
export function fault(stack: Stack, path: Path, message: string): Value {
  tell(stack, path, message);
  return FAULT;
}

/** Reports a fault in a template. */
export function tell({ template, prefix, problems }: Stack, path: Path, message: string): void {
  problems.push({ place: placeIn(template, path, prefix), message });
}
