/** The types of the text format. OpenMetrics has more, which make a scraper refuse the whole page. */
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
/** The types of OpenMetrics whose samples are gauges. */
const GAUGES = ['info', 'stateset'];

/** A sample: what is measured, its value, and in OpenMetrics an exemplar. */
const SAMPLE =
  /^((?:[A-Za-z_:][\w:]*)?(?:\s*\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)\s*(?<=[\s}])(\S+)(?:\s+(-?[\d.]+(?:[eE][+-]?\d+)?))?\s*(?:\s#\s.*)?$/;
const LONGEST_SHOWN = 60;

/**
 * Returns a page in Prometheus's text format: of OpenMetrics, which some applications send to everyone, without exemplars and types that the
 * text format lacks.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * @throws Error that has the first line of a page in another format: a scraper would refuse a page with it, and all metrics of others there
 */
export function toTextFormat(page: string): string {
  const lines = page.split(/\r?\n/);
  const isOpenMetrics = lines.findLast((line) => line !== '') === '# EOF';
  const text = lines.map((line, index) => {
    if (line.startsWith('#')) return comment(line);
    const given = line.trim();
    const sample = given === '' ? '' : toSample(given, isOpenMetrics);
    if (sample !== undefined) return sample;
    const shown = given.length > LONGEST_SHOWN ? `${given.slice(0, LONGEST_SHOWN)}…` : given;
    throw new Error(`line ${index + 1} is not in Prometheus's text format: ${shown}`);
  });
  return `${text.filter((line) => line !== '').join('\n')}\n`;
}

function comment(line: string): string {
  const [, beginning, type = ''] = /^(# TYPE \S+ )(.*?)\s*$/.exec(line) ?? [];
  if (beginning === undefined || TYPES.includes(type)) return line;
  return `${beginning}${GAUGES.includes(type) ? 'gauge' : 'untyped'}`;
}

function toSample(line: string, isOpenMetrics: boolean): string | undefined {
  const [, name = '', value = '', time] = SAMPLE.exec(line) ?? [];
  if (name === '' || !isNumber(value)) return undefined;
  if (time === undefined) return `${name.trim()} ${value}`;
  // OpenMetrics has seconds, the text format milliseconds.
  const ms = isOpenMetrics ? Math.round(Number(time) * 1000) : Number(time);
  return Number.isInteger(ms) ? `${name.trim()} ${value} ${ms}` : undefined;
}

function isNumber(text: string): boolean {
  return /^[+-]?(?:inf(?:inity)?|nan)$/i.test(text) || (text !== '' && Number.isFinite(Number(text)));
}
