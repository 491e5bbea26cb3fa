import type { Tag } from '../client/resources.ts';
import { UsageError } from '../errors.ts';

/** Tags that a resource must all have to be meant. Never empty. */
export type Selector = readonly Tag[];

/**
 * Reads selectors, `key=value` or several with commas between them; what they say must all be so.
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

/** Whether the tags have all that the selector names. */
export function matches(selector: Selector, tags: readonly Tag[]): boolean {
  return selector.every(({ key, value }) => tags.some((tag) => tag.key === key && tag.value === value));
}
