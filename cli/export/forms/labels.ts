import { createHash } from 'node:crypto';
import { keyText, type ResourceKey } from '../../resources/key.ts';

/**
 * Assigns each resource a label that the form allows, unique within its `scope`. The label is the result of `nameOf` if that
 * name is plain, free, and at most `longest` characters long; otherwise it is the plain form, cut, with a hash.
 */
export function labelsFor(
  keys: readonly ResourceKey[],
  rules: {
    readonly scope: (key: ResourceKey) => string;
    readonly nameOf: (key: ResourceKey) => string;
    readonly plain: (name: string) => string;
    readonly longest: number;
  },
): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  const taken = new Set<string>();
  for (const key of keys) {
    const name = rules.nameOf(key);
    const plain = rules.plain(name);
    const hash = createHash('sha256').update(keyText(key)).digest('hex').slice(0, 8);
    const own =
      plain === name && plain.length <= rules.longest && !taken.has(`${rules.scope(key)}\0${plain}`);
    const label = own ? plain : `${plain.slice(0, rules.longest - 9)}-${hash}`;
    taken.add(`${rules.scope(key)}\0${label}`);
    labels.set(keyText(key), label);
  }
  return labels;
}
