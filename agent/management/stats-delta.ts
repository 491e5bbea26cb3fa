import { keyOf, type Family, type Metric, type Value } from './prometheus-text.ts';

/** The metrics of the last interval. */
export type StatsDelta = {
  /** Takes the metrics at the end of an interval. */
  add(families: readonly Family[]): void;
  /** The difference between the last two, or the first ones if there is only one. Undefined: none was added. */
  delta(): readonly Family[] | undefined;
  /** Forgets the last metrics, because a new Envoy counts from zero. */
  reset(): void;
};

/** Creates a difference without metrics. */
export function createStatsDelta(): StatsDelta {
  let previous: readonly Family[] = [];
  let delta: readonly Family[] | undefined;
  return {
    add(families) {
      delta = difference(previous, families);
      previous = families;
    },
    delta: () => delta,
    reset: () => void (previous = []),
  };
}

/**
 * Subtracts the values of counters and histograms. Gauges stay as they are, and so do metrics that are new. A value that has become
 * smaller was counted from zero again, and stays as it is.
 */
function difference(before: readonly Family[], now: readonly Family[]): readonly Family[] {
  const families = new Map(before.map((family) => [family.name, family]));
  return now.map((family) => {
    if (family.type !== 'counter' && family.type !== 'histogram') return family;
    const metrics = families.get(family.name)?.metrics ?? [];
    const known = new Map(metrics.map((metric) => [keyOf(metric.labels), metric]));
    return {
      ...family,
      metrics: family.metrics.map((metric) => since(known.get(keyOf(metric.labels)), metric)),
    };
  });
}

function since(before: Metric | undefined, { labels, values }: Metric): Metric {
  if (before === undefined || before.values.length !== values.length) return { labels, values };
  const differences = values.map((value, index) => minus(value, before.values[index]));
  const restarted = differences.some((value) => Number(value.text) < 0);
  return { labels, values: restarted ? values : differences };
}

function minus(value: Value, before: Value | undefined): Value {
  return { ...value, text: `${Number(value.text) - Number(before?.text ?? 0)}` };
}
