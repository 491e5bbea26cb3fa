import type {
  FiguresLine,
  LatencyLine,
  LiveFigures,
  MissingFigures,
} from '../../common/contracts/reports.ts';
import { formatTable } from '../table.ts';

/** Rates are means of this many of the newest slots, so that a single slot does not make them jump. */
const MEAN_SLOTS = 3;
const HEAD = ['FROM', 'TO', 'PER SECOND', 'ERRORS', 'IN PROGRESS', 'LAST MINUTE'];
const LATENCIES = ['P50', 'P99'];
const BARS = '▁▂▃▄▅▆▇█';

/** Latencies by the keys of lines. */
export type LineLatencies = ReadonlyMap<string, LatencyLine['milliseconds'] | undefined>;

/** Returns the key of a line. */
export function lineKey({ from, cluster }: Pick<FiguresLine, 'from' | 'cluster'>): string {
  return `${from.kind}/${from.name}/${cluster}`;
}

/**
 * Formats figures as text for people: a table with the busiest line first, and below it whose figures are missing. `latencies`: adds columns
 * with p50 and p99. `height`: of the terminal, in rows; of a larger mesh, the text has the busiest lines.
 */
export function describeFigures(figures: LiveFigures, latencies?: LineLatencies, height = Infinity): string {
  const { mesh, times, lines, linesLeftOut, reporting, slotSeconds } = figures;
  const last = times.at(-1);
  const until = last === undefined ? undefined : new Date(last + slotSeconds * 1000).toISOString();
  const silent = figures.missing.filter(({ reason }) => reason !== 'replica').length;
  const head =
    until === undefined
      ? `mesh ${mesh}: the agents are asked, the first figures come within 10 seconds`
      : `mesh ${mesh}, until ${until.slice(0, 19)}Z, reported by ${reporting} of ${reporting + silent} proxies`;
  const sorted = lines
    .map((line) => ({ line, rate: meanOf(line.requests) / slotSeconds }))
    .toSorted((a, b) => b.rate - a.rate);
  const all = [
    ...(linesLeftOut > 0 ? [`${linesLeftOut} further lines are not counted`] : []),
    ...describeMissing(figures.missing),
  ];
  const { lines: shown, notes } = fitting(sorted.length, all, height);
  const rows = sorted.slice(0, shown).map(({ line, rate }) => rowOf(line, rate, latencies));
  const table =
    rows.length === 0
      ? 'no requests\n'
      : formatTable(
          latencies === undefined ? HEAD : [...HEAD.slice(0, -1), ...LATENCIES, ...HEAD.slice(-1)],
          rows,
        );
  const below = notes.length === 0 ? '' : `\n${notes.join('\n')}\n`;
  return `${head}\n\n${until === undefined ? '' : table}${below}`;
}

/** Rows beside lines and notes: the first line with a blank one, the head of the table, the blank one above the notes, and that of the cursor. */
const OTHER_ROWS = 5;

/** Returns how many lines fit into a terminal, and the notes that do: at most a third of its rows. */
function fitting(
  lines: number,
  notes: readonly string[],
  height: number,
): { readonly lines: number; readonly notes: readonly string[] } {
  const room = Math.max(3, height - OTHER_ROWS);
  if (lines + notes.length <= room) return { lines, notes };
  const most = Math.max(1, Math.floor(room / 3) - 1);
  const kept =
    notes.length <= most ? notes : [...notes.slice(0, most - 1), `and ${notes.length - most + 1} more notes`];
  // One row says how many lines there are no rows for.
  const shown = Math.max(1, Math.min(lines, room - kept.length - 1));
  const rest = lines - shown;
  return {
    lines: shown,
    notes: rest === 0 ? kept : [`${rest} lines with fewer requests are below the terminal`, ...kept],
  };
}

function rowOf(line: FiguresLine, rate: number, latencies: LineLatencies | undefined): readonly string[] {
  const errors = meanOf(line.errors);
  const requests = meanOf(line.requests);
  const share = requests > 0 ? percent(errors / requests) : '';
  return [
    `${KINDS[line.from.kind]} ${line.from.name}`,
    targetOf(line),
    line.unit === 'connections' ? `${format(rate)} connections` : format(rate),
    line.unit === 'connections' ? '' : share,
    format(meanOf(line.active)),
    ...(latencies === undefined ? [] : latencyCells(latencies.get(lineKey(line)))),
    sparkline(line.requests),
  ];
}

function latencyCells(milliseconds: LatencyLine['milliseconds'] | undefined): readonly string[] {
  if (milliseconds === undefined || milliseconds === null) return ['', ''];
  const { p50, p99 } = milliseconds;
  return [p50, p99].map((value) => `${format(value)} ms`);
}

/** Returns a share of 1 in per cent: only nothing is 0.0 %, and only all of it is 100.0 %. A slow request may fail in a later slot than it began. */
function percent(share: number): string {
  const tenths = Math.round(Math.min(1, share) * 1000);
  if (tenths === 0 && share > 0) return '<0.1 %';
  if (tenths === 1000 && share < 1) return '>99.9 %';
  return `${(tenths / 10).toFixed(1)} %`;
}

const KINDS = { virtualNode: 'node', virtualGateway: 'gateway' } as const;

function targetOf({ to }: FiguresLine): string {
  if (to.kind === 'virtualNode') return `node ${to.name}`;
  return to.kind === 'application' ? 'its application' : 'outside the mesh';
}

function meanOf(values: readonly (number | null)[]): number {
  const known = values.slice(-MEAN_SLOTS).filter((value) => value !== null);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** A blank: no proxy reported in that slot. */
function sparkline(values: readonly (number | null)[]): string {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  return values
    .map((value) => (value === null ? ' ' : BARS.charAt(Math.round((value / most) * (BARS.length - 1)))))
    .join('');
}

function describeMissing(missing: readonly MissingFigures[]): readonly string[] {
  return missing.map((each) =>
    each.reason === 'replica'
      ? `no figures of the proxies of replica ${each.replica}: it does not answer`
      : `no figures of ${KINDS[each.proxy.kind]} ${each.proxy.name} at ${each.peer}: ${WHY[each.reason]}`,
  );
}

const WHY = {
  'old agent': 'its agent is of a version that cannot report, or it has none',
  waiting: 'its agent was asked and has not reported yet',
} as const;
