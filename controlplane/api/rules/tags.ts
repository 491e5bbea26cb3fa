import type { TagList } from '../../model/types.ts';
import { elementPath, memberPath, type Violation } from '../violation.ts';

/** Tags: each key once, and none of AWS's own. */
export function tagList(tags: TagList, path: string): readonly Violation[] {
  const keys = new Set<string>();
  return tags.flatMap(({ key }, index) => {
    const at = memberPath(elementPath(path, index), 'key');
    const found: Violation[] = [];
    if (keys.has(key)) found.push({ path: at, value: key, constraint: 'Member must not be given twice' });
    if (/^aws:/i.test(key))
      found.push({ path: at, value: key, constraint: 'Member must not begin with aws:' });
    keys.add(key);
    return found;
  });
}
