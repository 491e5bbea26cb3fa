import { isObject } from '../../../../common/is-object.ts';
import type { Path } from '../../place.ts';
import { Open } from '../../source.ts';
import { entriesOf, type Bindings } from './evaluate.ts';
import { collectionFrom } from './repetition.ts';

/** Functions of the block around `dynamic` blocks. `inside`: a path in the block. */
type Around = {
  readonly evaluate: (part: unknown, bindings: Bindings, inside: Path) => unknown;
  /** Asks for a value that has no use. */
  readonly refuse: (why: string, inside: Path) => unknown;
};

/**
 * Returns a block's members with the blocks that its `dynamic` blocks make, after those that are written out. A block whose `for_each` depends
 * on a question is `Open`, and so is one whose `for_each` is no collection, which Terraform refuses (Terraform language, "dynamic Blocks").
 */
export function dynamicBlocks(
  members: Readonly<Record<string, unknown>>,
  dynamic: Readonly<Record<string, unknown>>,
  bindings: Bindings,
  around: Around,
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = { ...members };
  for (const [label, list] of Object.entries(dynamic)) {
    for (const block of Array.isArray(list) ? (list as readonly unknown[]) : [list]) {
      const made = isObject(block) ? blocksOf(label, block, bindings, around) : [];
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
  { evaluate, refuse }: Around,
): readonly unknown[] | Open {
  const at = [label, 'for_each'];
  const given = collectionFrom(evaluate(block['for_each'], bindings, at));
  if (given instanceof Open) return given;
  // The answer to the question may be the collection.
  const why = `for_each is ${JSON.stringify(given)}, and has to be a list, a set or a map`;
  const collection = entriesOf(given) === undefined ? collectionFrom(refuse(why, at)) : given;
  if (collection instanceof Open) return collection;
  const iterator = /^\$\{(\w+)\}$/.exec(String(block['iterator']))?.[1] ?? label;
  const [content] = Array.isArray(block['content']) ? (block['content'] as unknown[]) : [block['content']];
  return (entriesOf(collection) ?? []).map(([key, value], index) =>
    evaluate(content ?? {}, new Map([...bindings, [iterator, { key, value }]]), [label, index]),
  );
}
