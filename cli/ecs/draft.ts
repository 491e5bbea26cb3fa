import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../common/is-object.ts';
import type { Path } from '../import/place.ts';
import { pathText, type TaskDefinition } from './task-definition.ts';

/** A changed value. `before` is undefined for a new value, `after` for a removed one. */
export type Change = {
  /** E.g. `containerDefinitions[1].image`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string;
};

/** A reason why the rendered task will not work (`error`), or may not (`warning`). */
export type Problem = {
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
};

/** A value that only the caller knows, and the flag for it, or several flags: `--parameter A=VALUE or --outputs FILE`. */
export type Want = { readonly flag: string; readonly why: string };

/** The result of rendering. It is complete if there are neither wants nor errors. */
export type Rendered = {
  readonly taskDefinition: TaskDefinition;
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
  readonly wants: readonly Want[];
};

/** A task definition that is being rendered, with its changes and problems so far. */
export type Draft = {
  /** The definition before all changes. */
  readonly given: TaskDefinition;
  readonly definition: () => TaskDefinition;
  /** Sets a value, and notes the change if the value is a new one. An index behind the end of a list appends. */
  readonly set: (path: Path, after: unknown, reason: string) => void;
  /** Removes an element of a list. `shown` is noted as the value before, which may be a secret. */
  readonly remove: (path: readonly [...Path, number], shown: unknown, reason: string) => void;
  readonly report: (severity: Problem['severity'], path: Path, message: string) => void;
  readonly want: (flag: string, why: string) => void;
  readonly result: () => Rendered;
};

/** Creates a draft. The given definition is not changed. */
export function createDraft(given: TaskDefinition): Draft {
  let definition = given;
  const changes: Change[] = [];
  const problems: Problem[] = [];
  const wants: Want[] = [];
  return {
    given,
    definition: () => definition,
    set: (path, after, reason) => {
      const before = valueAt(definition, path);
      if (isDeepStrictEqual(before, after)) return;
      changes.push({ path: pathText(path), before, after, reason });
      definition = withValue(definition, path, () => after) as TaskDefinition;
    },
    remove: (path, shown, reason) => {
      changes.push({ path: pathText(path), before: shown, after: undefined, reason });
      const index = path.at(-1);
      const list = path.slice(0, -1);
      definition = withValue(definition, list, (value) =>
        (value as readonly unknown[]).filter((_, position) => position !== index),
      ) as TaskDefinition;
    },
    report: (severity, path, message) => void problems.push({ severity, path: pathText(path), message }),
    want: (flag, why) => void wants.push({ flag, why }),
    result: () => ({ taskDefinition: definition, changes, problems, wants }),
  };
}

function valueAt(value: unknown, path: Path): unknown {
  let part = value;
  for (const step of path) {
    part =
      isObject(part) || Array.isArray(part) ? (part as Record<string | number, unknown>)[step] : undefined;
  }
  return part;
}

function withValue(value: unknown, path: Path, make: (before: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return make(value);
  if (typeof step === 'number') {
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    const after = withValue(list[step], rest, make);
    return step < list.length ? list.with(step, after) : [...list, after];
  }
  const members = isObject(value) ? value : {};
  return { ...members, [step]: withValue(members[step], rest, make) };
}
