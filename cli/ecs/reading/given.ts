import type { ImportProblem, Place } from '../../import/place.ts';
import type { TaskDefinition } from '../task-definition.ts';

/** A task definition with its name, the family or the logical id, and its place. */
export type Given = { readonly name: string; readonly place: Place; readonly definition: TaskDefinition };

/** The task definitions of a file. */
export type Read = { readonly given: readonly Given[]; readonly problems: readonly ImportProblem[] };
