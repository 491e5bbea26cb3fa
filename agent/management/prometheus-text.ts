import { compareText } from '../../common/compare-text.ts';

/** One label of a metric: its name, and its value as it is written between quotes. */
export type Label = readonly [name: string, value: string];

/** One line of a metric. Counters and gauges have one; a histogram has its buckets, sum and count. */
export type Value = {
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  /** Upper bound of a bucket, else undefined. */
  readonly le: string | undefined;
  /** The number as Envoy wrote it. */
  readonly text: string;
};

/** One metric of a family: its labels, without a bucket's bound, and its values. */
export type Metric = { readonly labels: readonly Label[]; readonly values: readonly Value[] };

/** All metrics of one name. */
export type Family = { readonly name: string; readonly type: string; readonly metrics: readonly Metric[] };

/** The prefix of the metrics extension's metrics, which is removed. */
const PREFIX = 'envoy_appmesh_';
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/**
 * Reads the metrics of the metrics extension from Envoy's statistics in Prometheus's text format. Names lose their prefix
 * `envoy_appmesh_`. Families are sorted by name, the metrics of a family by the values of their labels, as App Mesh's agent did.
 * @throws Error with the line if it has another form
 */
export function extensionMetrics(text: string): readonly Family[] {
  const families = new Map<
    string,
    { type: string; metrics: Map<string, { labels: Label[]; values: Value[] }> }
  >();
  for (const line of text.split('\n')) {
    if (!line.startsWith(PREFIX)) {
      const [, name, type] = /^# TYPE envoy_appmesh_(\S+) (\S+)$/.exec(line) ?? [];
      if (name !== undefined && type !== undefined) families.set(name, { type, metrics: new Map() });
      continue;
    }
    const [, fullName, labelText = '', value] = LINE.exec(line) ?? [];
    if (fullName === undefined || value === undefined) throw new Error(`a line is malformed: ${line}`);
    const { family, suffix } = familyOf(fullName.slice(PREFIX.length));
    const all = [...labelText.matchAll(LABEL)].map(([, name = '', quoted = '']): Label => [name, quoted]);
    const labels = all.filter(([name]) => suffix !== '_bucket' || name !== 'le');
    const le = all.find(([name]) => suffix === '_bucket' && name === 'le')?.[1];
    const key = keyOf(labels);
    const metric = family.metrics.get(key) ?? { labels, values: [] };
    metric.values.push({ suffix, le, text: value });
    family.metrics.set(key, metric);
  }
  return [...families]
    .map(([name, { type, metrics }]) => ({ name, type, metrics: [...metrics.values()].toSorted(byLabels) }))
    .filter(({ metrics }) => metrics.length > 0)
    .toSorted((a, b) => compareText(a.name, b.name));

  function familyOf(name: string) {
    for (const suffix of ['_bucket', '_sum', '_count'] as const) {
      const family = name.endsWith(suffix) ? families.get(name.slice(0, -suffix.length)) : undefined;
      if (family?.type === 'histogram') return { family, suffix };
    }
    const family = families.get(name);
    if (family === undefined) throw new Error(`the metric ${name} has no type`);
    return { family, suffix: '' as const };
  }
}

/** Renders families in Prometheus's text format, with an empty line before each, as App Mesh's agent did. */
export function familiesText(families: readonly Family[]): string {
  return families
    .map(({ name, type, metrics }) => {
      const lines = metrics.flatMap(({ labels, values }) =>
        values.map(({ suffix, le, text }) => {
          const all = le === undefined ? labels : [...labels, ['le', le] as const];
          const pairs = all.map(([label, value]) => `${label}="${value}"`).join(',');
          return `${name}${suffix}${pairs === '' ? '' : `{${pairs}}`} ${text}\n`;
        }),
      );
      return `\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

/** Returns a key that is the same for the same labels in the same order. */
export function keyOf(labels: readonly Label[]): string {
  return labels.map(([name, value]) => `${name}="${value}"`).join(',');
}

function byLabels(a: Metric, b: Metric): number {
  if (a.labels.length !== b.labels.length) return a.labels.length - b.labels.length;
  for (const [index, [, value]] of a.labels.entries()) {
    const order = compareText(value, b.labels[index]?.[1] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}
