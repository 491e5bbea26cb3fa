import type { TagList } from '../../model/types.ts';
import { elementPath, memberPath } from '../validation/violation.ts';
import type { RuleName } from './catalog.ts';
import type { Broken } from './rule.ts';

/** Checks tags: unique keys, and no keys that AWS reserves. */
export function tagList(tags: TagList, path: string): readonly Broken[] {
  const keys = new Set<string>();
  return tags.flatMap(({ key }, index) => {
    const at = memberPath(elementPath(path, index), 'key');
    const found: Broken[] = [];
    const wrong = (rule: RuleName, constraint: string): void => {
      found.push({ rule, path: at, value: key, constraint });
    };
    if (keys.has(key)) wrong('tag-key-once', 'Member must not be given twice');
    if (/^aws:/i.test(key)) wrong('tag-key-aws', 'Member must not begin with aws:');
    keys.add(key);
    return found;
  });
}
