import { Open } from '../import/source.ts';
import { describePlace, type Place } from '../import/place.ts';
import type { Change, Problem, Rendered } from './draft.ts';

/** A rendered task definition with its name and place. */
export type Named = { readonly name: string; readonly place: Place; readonly rendered: Rendered };

/** Formats the changes and problems of task definitions: a line for each change with its reason, and for each problem. */
export function describeRendered(all: readonly Named[]): string {
  return all
    .map(({ name, place, rendered: { changes, problems } }) => {
      const lines = [...changes.map(changeLine), ...problems.map(problemLine)];
      const head = `${describePlace(place)}${place.id === '' && name !== '' ? ` ${name}` : ''}`;
      return [head, ...(lines.length === 0 ? ['nothing to change'] : lines)].join('\n  ');
    })
    .map((text) => `${text}\n`)
    .join('');
}

function changeLine({ path, before, after, reason }: Change): string {
  return `${path}: ${show(before)} → ${show(after)} (${reason})`;
}

function problemLine({ severity, path, message }: Problem): string {
  return `${severity}: ${path}: ${message}`;
}

function show(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(withoutOpen(value));
}

/** Replaces open values by texts such as `(VpcId)`, so that a value can be printed. */
export function withoutOpen(value: unknown): unknown {
  if (value instanceof Open) return `(${value.questions.map(({ key }) => key).join(', ')})`;
  if (Array.isArray(value)) return value.map(withoutOpen);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutOpen(part)]));
}
