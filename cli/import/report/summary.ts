import { KINDS } from '../../../controlplane/mesh/resource.ts';
import { kindInWords } from '../../resources/kinds.ts';
import type { Imported } from '../imported.ts';
import { questionsOf } from '../open-values.ts';

/** Counts documents by kind, parents first: `1 mesh, 3 virtual nodes`, or `nothing`. */
export function countKinds({ documents }: Pick<Imported, 'documents'>): string {
  const counts = KINDS.flatMap((kind) => {
    const count = documents.filter(({ key }) => key.kind === kind).length;
    return count === 0 ? [] : [plural(count, kindInWords(kind))];
  });
  return counts.length === 0 ? 'nothing' : counts.join(', ');
}

/** Formats a count: `1 value`, `2 values`, `2 meshes`. */
export function plural(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun}${noun.endsWith('sh') ? 'es' : 's'}`;
}

/** Whether the documents can be applied: no value is open, and no problem was found. */
export function isWhole({ open, problems }: Pick<Imported, 'open' | 'problems'>): boolean {
  return open.length === 0 && problems.length === 0;
}

/** Counts open questions and problems: `2 open questions, 1 problem`. */
export function describeWant({ open, problems }: Pick<Imported, 'open' | 'problems'>): string {
  const questions = questionsOf(open).length;
  return [
    ...(questions === 0 ? [] : [plural(questions, 'open question')]),
    ...(problems.length === 0 ? [] : [plural(problems.length, 'problem')]),
  ].join(', ');
}
