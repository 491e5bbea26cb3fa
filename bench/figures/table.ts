import type { Bench, BenchRow } from './bench.ts';

/** Formats a bench as one line of JSON. `peer` and `ratio` (ours / peer) are null without a peer. */
export function benchJson(name: string, { rows }: Bench): string {
  const entries = rows.map((row) => ({
    what: row.what,
    unit: row.unit,
    ours: rounded(row.ours),
    peer: row.peer === undefined ? null : rounded(row.peer),
    ratio: ratioOf(row) ?? null,
  }));
  return `${JSON.stringify({ bench: name, rows: entries })}\n`;
}

/** Formats a bench as a table with the notes below it. */
export function benchTable({ rows, notes = [] }: Bench): string {
  const cells = rows.map((row) => [
    row.what,
    row.unit,
    shown(row.ours),
    row.peer === undefined ? '' : shown(row.peer),
    String(ratioOf(row) ?? ''),
  ]);
  const all = [['WHAT', 'UNIT', 'OURS', 'PEER', 'RATIO'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const lines = all.map((line) =>
    line
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${[...lines, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')}\n`;
}

function ratioOf({ ours, peer }: BenchRow): number | undefined {
  return peer === undefined || peer === 0 ? undefined : Number((ours / peer).toPrecision(3));
}

/** Rounds to four significant digits: a measurement is not more precise. */
function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}

function shown(value: number): string {
  return rounded(value).toLocaleString('en', { maximumFractionDigits: 6 });
}
