import { describeOrigin } from '../resources/document.ts';
import { describeKey } from '../resources/key.ts';
import { sortedYaml } from '../resources/write-documents.ts';
import { diffLines } from './diff-lines.ts';
import type { Content, Step } from './plan.ts';

/** Formats a plan for people: a heading and the changed lines per resource, then the counts. */
export function describePlan(steps: readonly Step[]): string {
  const count = (action: Step['action']): number => steps.filter((step) => step.action === action).length;
  const summary = `Would create ${count('create')}, change ${count('update')} and delete ${count('delete')}; ${count('unchanged')} unchanged.`;
  return `${[...steps.flatMap(describeStep), summary].join('\n')}\n`;
}

function describeStep(step: Step): readonly string[] {
  switch (step.action) {
    case 'create':
      return block(`+ ${describeOrigin(step.document.origin, step.key)}`, undefined, step.after);
    case 'update': {
      const head = `~ ${describeOrigin(step.document.origin, step.key)}, now at version ${step.before.version}`;
      return block(head, step.before, step.after);
    }
    case 'delete':
      return block(`- ${describeKey(step.key)}`, step.before, undefined);
    case 'unchanged':
      break;
  }
  return [];
}

function block(head: string, before: Content | undefined, after: Content | undefined): readonly string[] {
  return [head, ...diffLines(textOf(before), textOf(after)).map((line) => `    ${line}`), ''];
}

function textOf(content: Content | undefined): string {
  if (content === undefined) return '';
  const { spec, tags } = content;
  return sortedYaml(tags.length === 0 ? { spec } : { spec, tags });
}
