import { createHash } from 'node:crypto';
import { keyText, type ResourceKey } from '../../resources/key.ts';

/**
 * Names for resources that a form allows, none twice of what `scope` takes for one: the own name, with `otherwise` for what is
 * not `allowed`, cut to `longest`; with a hash where it had to be changed.
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
