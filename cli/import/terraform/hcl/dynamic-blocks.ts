import { isObject } from '../../../../common/is-object.ts';
import type { Path } from '../../place.ts';
import { Open } from '../../source.ts';
import { entriesOf, type Bindings } from './evaluate.ts';

/** Evaluates a part of a `dynamic` block. `inside`: its path in the block. */
type Evaluate = (part: unknown, bindings: Bindings, inside: Path) => unknown;

/**
 * Returns a block's members with the blocks that its `dynamic` blocks make, after those that are written out. A block whose `for_each` depends
 * on a question is `Open`; one whose `for_each` is no collection makes nothing (Terraform language, "dynamic Blocks").
 */
export function dynamicBlocks(
  members: Readonly<Record<string, unknown>>,
  dynamic: Readonly<Record<string, unknown>>,
  bindings: Bindings,
  evaluate: Evaluate,
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = { ...members };
  for (const [label, list] of Object.entries(dynamic)) {
    for (const block of Array.isArray(list) ? (list as readonly unknown[]) : [list]) {
      const made = isObject(block) ? blocksOf(label, block, bindings, evaluate) : [];
      const written = result[label];
      if (made instanceof Open) result[label] = made;
      else if (made.length > 0)
        result[label] = [...(Array.isArray(written) ? (written as unknown[]) : []), ...made];
    }
  }
  return result;
}

function blocksOf(
  label: string,
  block: Readonly<Record<string, unknown>>,
  bindings: Bindings,
  evaluate: Evaluate,
): readonly unknown[] | Open {
  const collection = evaluate(block['for_each'], bindings, [label, 'for_each']);
  if (collection instanceof Open) return collection;
  const iterator = /^\$\{(\w+)\}$/.exec(String(block['iterator']))?.[1] ?? label;
  const [content] = Array.isArray(block['content']) ? (block['content'] as unknown[]) : [block['content']];
  return (entriesOf(collection) ?? []).map(([key, value], index) =>
    evaluate(content ?? {}, new Map([...bindings, [iterator, { key, value }]]), [label, index]),
  );
}
