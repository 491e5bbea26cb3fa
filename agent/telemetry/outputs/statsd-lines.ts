import type { FlatPoint } from './flat-points.ts';

/** The form of lines: DogStatsD has tags, StatsD has them in names. */
export type StatsdForm = 'dogstatsd' | 'statsd';

/** Names that App Mesh had for attributes of the source (`ENABLE_ENVOY_STATS_TAGS`). */
const APP_MESH: Readonly<Record<string, string>> = {
  'daybreak.mesh': 'appmesh.mesh',
  'daybreak.virtual_node': 'appmesh.virtual_node',
  'daybreak.virtual_gateway': 'appmesh.virtual_gateway',
};

/** The tags of a source, and their text, which all of its points share. */
type SourceTags = { readonly tags: Readonly<Record<string, string>>; readonly text: string };

/** Returns the lines for points: one each, and for a distribution one for each bucket with values. */
export function statsdLines(points: readonly FlatPoint[], form: StatsdForm): readonly string[] {
  const sources = new Map<FlatPoint['source'], SourceTags>();
  const lines: string[] = [];
  for (const point of points) {
    const source = sources.get(point.source) ?? sourceTags(point.source);
    sources.set(point.source, source);
    addLines(lines, point, source, form);
  }
  return lines;
}

function sourceTags(source: FlatPoint['source']): SourceTags {
  const tags = named(source);
  return { tags, text: tagText(tags) };
}

function addLines(
  lines: string[],
  { name, unit, tags, value }: FlatPoint,
  source: SourceTags,
  form: StatsdForm,
): void {
  const isTagged = form === 'dogstatsd';
  const before = isTagged ? clean(name) : `${clean(name)}${nameParts(tags)}`;
  const after = isTagged ? allTags(source, tags) : '';
  const add = (number: number, type: string, rate = '') =>
    void lines.push(`${before}:${number}|${type}${rate}${after}`);
  switch (value.kind) {
    case 'count':
      return add(value.number, 'c');
    case 'gauge':
      // With a sign, the value would count as a difference.
      if (value.number < 0) add(0, 'g');
      return add(value.number, 'g');
    case 'distribution': {
      const { values, counts } = value.distribution;
      const type = unit === 'ms' || !isTagged ? 'ms' : 'h';
      for (const [index, each] of values.entries()) {
        const count = counts[index] ?? 1;
        add(each, type, count === 1 ? '' : `|@${1 / count}`);
      }
    }
  }
}

/** A tag of the point replaces the source's of the same name. */
function allTags(source: SourceTags, tags: FlatPoint['tags']): string {
  const names = Object.keys(tags);
  if (names.length === 0) return source.text;
  if (source.text === '' || names.some((name) => Object.hasOwn(source.tags, name))) {
    return tagText({ ...source.tags, ...tags });
  }
  return `${source.text},${tagText(tags).slice(2)}`;
}

function named(source: FlatPoint['source']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [APP_MESH[key] ?? key, value]));
}

function tagText(tags: Readonly<Record<string, string>>): string {
  const texts = Object.entries(tags).map(([key, value]) => {
    const name = key.replaceAll(/[:|,#\s]/g, '_');
    return value === '' ? name : `${name}:${value.replaceAll(/[|,#\n]/g, '_')}`;
  });
  return texts.length === 0 ? '' : `|#${texts.join(',')}`;
}

function nameParts(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `.${clean(key)}.${clean(value).replaceAll('.', '_')}`)
    .join('');
}

function clean(name: string): string {
  return name.replaceAll(/[:|@#\s]/g, '_');
}
