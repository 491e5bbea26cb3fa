import { parse } from 'yaml';

/** Reads YAML. In a file of its own, because a library that is loaded as a whole keeps the parts that no page uses. */
export function parseYaml(text: string): unknown {
  return parse(text, { maxAliasCount: 100 });
}
