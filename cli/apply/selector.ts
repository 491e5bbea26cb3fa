import type { Tag } from '../client/resources.ts';
import { UsageError } from '../errors.ts';

/** Tags that a resource needs to be selected: all of them. Never empty. */
export type Selector = readonly Tag[];

/**
 * Parses selectors, each `key=value` or several of these with commas between. A resource has to match all of them.
 * @throws UsageError
 */
export function parseSelector(texts: readonly string[]): Selector {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const [, key, value] = /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
      if (key !== undefined && value !== undefined) return { key, value };
      throw new UsageError(`--selector ${JSON.stringify(text)}: it has to be key=value`);
    });
}

/** Whether the tags include every tag of the selector. */
export function matches(selector: Selector, tags: readonly Tag[]): boolean {
  return selector.every(({ key, value }) => tags.some((tag) => tag.key === key && tag.value === value));
}
