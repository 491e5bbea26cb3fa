import type { Answers } from '../answers/answers.ts';
import type { ImportProblem, Path } from '../place.ts';
import type { OutputAnswers, StackAnswer } from './outputs.ts';
import { placeIn, type Template } from './template.ts';
import { FAULT, type Value } from './value.ts';

/** Where a stack is, as far as it is known. */
export type StackEnvironment = {
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** The stack's own name. */
  readonly name: string | undefined;
};

/** A template with all that its values depend on. */
export type Stack = {
  readonly template: Template;
  /** Stands before logical ids: '' but for nested stacks, `Network/` in the nested stack of that name. */
  readonly prefix: string;
  readonly environment: StackEnvironment;
  /** What the stack that nests it gives it; undefined for one that stands alone, whose parameters are answers. */
  readonly given: ((parameter: string) => Value) | undefined;
  readonly answers: Answers;
  /** What `describe-stacks` said of it. */
  readonly described: StackAnswer | undefined;
  /** What other stacks export. */
  readonly exports: Exports;
  /** The stacks that its resources make, by their logical ids. */
  readonly nested: Map<string, Stack>;
  readonly problems: ImportProblem[];
  /** Evaluates a part of the template; `path` leads to it. */
  readonly evaluate: (value: unknown, path: Path) => Value;
  /** What has been evaluated, by the path in one text. */
  readonly known: Map<string, Value>;
  /** What is being evaluated in all stacks, outermost first: to come to one of these again is a circle. */
  readonly underway: { readonly file: string; readonly name: string }[];
};

/** What stacks export: those of the given templates, and what `--outputs` says of others. */
export type Exports = {
  readonly stacks: Stack[];
  readonly answers: OutputAnswers;
  /** By the name: the outputs of templates that export it. Undefined until it is needed, when all stacks are known. */
  index: ReadonlyMap<string, readonly Export[]> | undefined;
};

/** An output that another stack may import. */
export type Export = { readonly stack: Stack; readonly output: string };

/** What a function of templates does: its argument as the template has it, and where that stands. */
export type TemplateFunction = (stack: Stack, argument: unknown, path: Path) => Value;

/** Evaluates something that has a name once, however often it is referred to. A circle is told where it closes. */
export function once(stack: Stack, name: string, path: Path, work: () => Value): Value {
  const { known, underway, prefix, template } = stack;
  if (known.has(name)) return known.get(name);
  const step = { file: template.file, name: `${prefix}${name}` };
  const start = underway.findIndex((each) => each.file === step.file && each.name === step.name);
  if (start !== -1) {
    const circle = [...underway.slice(start), step];
    const one = circle.every(({ file }) => file === step.file);
    const steps = circle.map((each) => (one ? each.name : `${each.name} (${each.file})`));
    tell(stack, path, `it refers to itself: ${steps.join(' → ')}`);
    return FAULT;
  }
  underway.push(step);
  const value = work();
  underway.pop();
  known.set(name, value);
  return value;
}

/** Tells of something that is wrong, and is what a value is then. */
export function fault(stack: Stack, path: Path, message: string): Value {
  tell(stack, path, message);
  return FAULT;
}

/** Tells of something that is wrong in a template. */
export function tell({ template, prefix, problems }: Stack, path: Path, message: string): void {
  problems.push({ place: placeIn(template, path, prefix), message });
}
