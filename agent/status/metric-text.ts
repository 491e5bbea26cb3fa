/** Labels of a sample. */
export type Labels = Readonly<Record<string, string>>;

/** A value of a metric. */
export type Sample = readonly [labels: Labels, value: number];

/** Renders a counter with one value. */
export function counter(name: string, help: string, value: number): string {
  return metric('counter', name, help, [[{}, value]]);
}

/** Renders a gauge. */
export function gauge(name: string, help: string, samples: readonly Sample[]): string {
  return metric('gauge', name, help, samples);
}

/** Renders a metric in Prometheus's text format. */
export function metric(
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll(/[\\"\n]/g, (character) =>
    character === '\n' ? String.raw`\n` : `\\${character}`,
  );
}
