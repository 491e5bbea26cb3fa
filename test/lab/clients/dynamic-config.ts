/** Returns the dynamic parts of a configuration dump, one text per resource in the order of the alphabet, without versions and times. */
export function dynamicConfig(dump: unknown): readonly string[] {
  const { configs } = dump as { readonly configs: readonly Readonly<Record<string, unknown>>[] };
  return configs
    .flatMap((config) => Object.entries(config))
    .flatMap(([part, resources]) => (isDynamic(part) && Array.isArray(resources) ? resources : []))
    .map((resource) =>
      JSON.stringify(resource, (name, value: unknown) => (PASSING.has(name) ? undefined : value)),
    )
    .toSorted();
}

const PASSING = new Set(['version_info', 'last_updated']);

/** Parts of the kinds listeners, clusters, routes, endpoints, secrets and discovered filters. */
function isDynamic(part: string): boolean {
  return part.startsWith('dynamic_') || part === 'ecds_filters';
}

/** Returns the lines that only one of two dumps has, the former's with `-`, the latter's with `+`. */
export function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  return [
    ...before.filter((each) => !after.includes(each)).map((each) => `- ${each}`),
    ...after.filter((each) => !before.includes(each)).map((each) => `+ ${each}`),
  ];
}
