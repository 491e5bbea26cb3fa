/** A family of a page: its lines that are no samples, such as HELP and TYPE, and its samples. */
type Family = { readonly about: string[]; readonly samples: string[] };

/**
 * Merges pages in Prometheus's text format into one. Families that are in several pages become one, as the format demands, with the
 * first description.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function mergePages(pages: readonly string[]): string {
  const families = new Map<string, Family>();
  for (const page of pages) {
    const ofPage = familiesOf(page);
    for (const [name, { about, samples }] of ofPage) {
      const known = families.get(name);
      if (known === undefined) {
        families.set(name, { about, samples });
        continue;
      }
      if (known.about.length === 0) known.about.push(...about);
      for (const sample of samples) known.samples.push(sample);
    }
  }
  const lines = [...families.values()].flatMap(({ about, samples }) => [...about, ...samples]);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function familiesOf(page: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  let current = '';
  const family = (name: string): Family => {
    const known = families.get(name) ?? { about: [], samples: [] };
    families.set(name, known);
    return known;
  };
  for (const line of page.split('\n')) {
    const described = /^# (?:HELP|TYPE|UNIT) (\S+)/.exec(line)?.[1];
    if (described !== undefined) {
      current = described;
      family(current).about.push(line);
    } else if (line !== '' && !line.startsWith('#')) {
      const name = /^[^{\s]+/.exec(line)?.[0] ?? '';
      // Samples of a histogram have the family's name with a suffix.
      family(isOf(name, current) ? current : name).samples.push(line);
    }
  }
  return families;
}

const SUFFIXES = ['', '_bucket', '_sum', '_count', '_total', '_created', '_info'];

function isOf(sample: string, family: string): boolean {
  return family !== '' && SUFFIXES.some((suffix) => sample === `${family}${suffix}`);
}
