import type { FlatPoint } from './flat-points.ts';

/** Lines of CloudWatch's embedded metric format, and the number of points in them. */
export type EmfLine = { readonly text: string; readonly items: number };

/** CloudWatch's limits of a line. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const MOST_METRICS = 100;
const MOST_BYTES = 1_000_000;
const MOST_DIMENSIONS = 30;
const MOST_VALUES = 100;

/** Attributes of the source that are dimensions. Others are fields of the line: each value of a dimension is a metric that costs money. */
const SOURCE_DIMENSIONS = [
  'service.name',
  'daybreak.mesh',
  'daybreak.virtual_node',
  'daybreak.virtual_gateway',
];

/** CloudWatch's names of units. */
const UNITS: Readonly<Record<string, string>> = {
  ms: 'Milliseconds',
  s: 'Seconds',
  By: 'Bytes',
  '%': 'Percent',
};

/**
 * Returns the lines for points, `at` a time in milliseconds since 1970. Points with the same dimensions share lines, of at most 100
 * metrics and one megabyte.
 */
export function emfLines(points: readonly FlatPoint[], namespace: string, at: number): readonly EmfLine[] {
  const sources = new Map<FlatPoint['source'], Map<string, FlatPoint[]>>();
  for (const point of points) {
    const groups = sources.get(point.source) ?? new Map<string, FlatPoint[]>();
    sources.set(point.source, groups);
    const key = JSON.stringify(point.tags);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(point);
  }
  const all = [...sources.values()].flatMap((groups) => [...groups.values()]);
  return all.flatMap((group) => chunks(group).flatMap((chunk) => split(chunk, namespace, at)));
}

/** A line may have each name once, so a second point of the same name goes to another line. */
function chunks(group: readonly FlatPoint[]): readonly (readonly FlatPoint[])[] {
  const all: Map<string, FlatPoint>[] = [];
  for (const point of group) {
    const free = all.find((chunk) => chunk.size < MOST_METRICS && !chunk.has(point.name));
    if (free !== undefined) free.set(point.name, point);
    else all.push(new Map([[point.name, point]]));
  }
  return all.map((chunk) => [...chunk.values()]);
}

function split(chunk: readonly FlatPoint[], namespace: string, at: number): readonly EmfLine[] {
  const text = line(chunk, namespace, at);
  if (Buffer.byteLength(text) <= MOST_BYTES || chunk.length === 1) return [{ text, items: chunk.length }];
  const half = chunk.length / 2;
  return [...split(chunk.slice(0, half), namespace, at), ...split(chunk.slice(half), namespace, at)];
}

function line(chunk: readonly FlatPoint[], namespace: string, at: number): string {
  const { source, tags: given } = chunk[0] ?? { source: {}, tags: {} };
  const names = new Set(chunk.map(({ name }) => name));
  // A tag with the name of a metric would be replaced by its value.
  const tags = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [names.has(key) ? `tag.${key}` : key, value]),
  );
  const fixed = SOURCE_DIMENSIONS.filter((name) => Object.hasOwn(source, name));
  // CloudWatch ignores a line with an empty dimension.
  const tagged = Object.keys(tags).filter((name) => tags[name] !== '');
  const dimensions = [...new Set([...fixed, ...tagged])].slice(0, MOST_DIMENSIONS);
  const metrics = chunk.map(({ name, unit, value }) => ({
    Name: name,
    Unit: UNITS[unit] ?? (value.kind === 'count' ? 'Count' : 'None'),
  }));
  return JSON.stringify({
    ...source,
    ...tags,
    ...Object.fromEntries(chunk.map(({ name, value }) => [name, valueOf(value)])),
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [dimensions], Metrics: metrics }],
    },
  });
}

function valueOf(value: FlatPoint['value']): unknown {
  if (value.kind !== 'distribution') return value.number;
  const { values, counts, count, sum, min, max } = value.distribution;
  const statistics = { Count: count, Sum: sum, Min: min, Max: max };
  return values.length > MOST_VALUES ? statistics : { Values: values, Counts: counts, ...statistics };
}
