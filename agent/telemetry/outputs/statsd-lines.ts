import type { FlatPoint } from './flat-points.ts';

/** The form of lines: DogStatsD has tags, StatsD has them in names. */
export type StatsdForm = 'dogstatsd' | 'statsd';

/** Names that App Mesh had for attributes of the source (`ENABLE_ENVOY_STATS_TAGS`). */
const APP_MESH: Readonly<Record<string, string>> = {
  'daybreak.mesh': 'appmesh.mesh',
  'daybreak.virtual_node': 'appmesh.virtual_node',
  'daybreak.virtual_gateway': 'appmesh.virtual_gateway',
};

/** Returns the lines for points: one each, and for a distribution one for each bucket with values. */
export function statsdLines(points: readonly FlatPoint[], form: StatsdForm): readonly string[] {
  return points.flatMap((point) => linesOf(point, form));
}

function linesOf({ name, unit, tags, source, value }: FlatPoint, form: StatsdForm): readonly string[] {
  const all = { ...named(source), ...tags };
  const line = (number: number, type: string, rate = '') =>
    form === 'dogstatsd'
      ? `${clean(name)}:${number}|${type}${rate}${tagText(all)}`
      : `${clean(name)}${nameParts(tags)}:${number}|${type}${rate}`;
  switch (value.kind) {
    case 'count':
      return [line(value.number, 'c')];
    case 'gauge':
      // A sign would make a difference of it.
      return value.number < 0 ? [line(0, 'g'), line(value.number, 'g')] : [line(value.number, 'g')];
    case 'distribution': {
      const { values, counts } = value.distribution;
      const type = unit === 'ms' || form === 'statsd' ? 'ms' : 'h';
      return values.map((each, index) => {
        const count = counts[index] ?? 1;
        return line(each, type, count === 1 ? '' : `|@${1 / count}`);
      });
    }
  }
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
