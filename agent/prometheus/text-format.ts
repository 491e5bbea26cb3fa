/** The types of the text format. OpenMetrics has more, which make a scraper refuse the whole page. */
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
/** The types of OpenMetrics whose samples are gauges. */
const GAUGES = ['info', 'stateset'];

/** A sample: name and labels, value, time, and in OpenMetrics an exemplar. */
const SAMPLE =
  /^((?:[A-Za-z_:][\w:]*)?(?:\s*\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)\s*(?<=[\s}])(\S+)(?:\s+(-?[\d.]+(?:[eE][+-]?\d+)?))?\s*(?:\s#\s.*)?$/;
const LONGEST_SHOWN = 60;

/**
 * Converts a page to Prometheus's text format. Some applications always send OpenMetrics: the result omits its exemplars, and the types that the text
 * format lacks.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * @throws Error with the first line of a page in another format, because a scraper would refuse the whole page with this part
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
