import type { LiveFigures } from '../../../common/contracts/reports.ts';
import { createJsonBytes, type JsonBytes } from './json-bytes.ts';
import { PARTS, type Line, type MeshFigures, type Part } from './mesh-figures.ts';

/** Figures as text: made once for all readers of the same slots, who share its bytes. */
export type EncodedFigures = {
  /** A `LiveFigures` as JSON. */
  readonly json: Buffer;
  /** The same as a server-sent event, whose id is the time of the newest slot. Both are views of one buffer. */
  readonly event: Buffer;
};

/** Inputs. `others`: the figures of other replicas, which are added. `slots`: ascending, each with its time in `head`. */
export type WrittenFigures = {
  readonly own: MeshFigures;
  readonly others: MeshFigures;
  readonly slots: readonly number[];
  readonly head: Omit<LiveFigures, 'lines'>;
};

/** Bytes of a line beside its numbers, and of a number, about. */
const [LINE_BYTES, NUMBER_BYTES] = [230, 6];

/** Writes the figures of slots. Leaves out lines without a request in these slots. */
export function writeFigures({ own, others, slots, head }: WrittenFigures): EncodedFigures {
  const kept = linesWithTraffic(own, others, slots);
  const out = createJsonBytes(1024 + kept.length * (LINE_BYTES + slots.length * PARTS.length * NUMBER_BYTES));
  const last = head.times.at(-1);
  // JSON has no line breaks, so one data line is enough.
  out.text(`event: figures\n${last === undefined ? '' : `id: ${last}\n`}data: `);
  const from = out.length();
  out.text(JSON.stringify(head).slice(0, -1));
  out.text(',"lines":[');
  for (const [index, line] of kept.entries()) {
    if (index > 0) out.text(',');
    writeLine(out, line, slots, { own, others });
  }
  out.text(']}');
  const to = out.length();
  out.text('\n\n');
  const event = out.finish();
  return { event, json: event.subarray(from, to) };
}

/** A line as this replica has it, as the others have it, or both. */
type BothLines = { readonly line: Line; readonly own: Line | undefined; readonly other: Line | undefined };
type Both = Pick<WrittenFigures, 'own' | 'others'>;

function linesWithTraffic(
  own: MeshFigures,
  others: MeshFigures,
  slots: readonly number[],
): readonly BothLines[] {
  const found: BothLines[] = [];
  const isBusy = (of: MeshFigures, line: Line): boolean =>
    slots.some((slot) => of.count(line, 'requests', slot) > 0 || of.count(line, 'active', slot) > 0);
  for (const caller of own.callers()) {
    const elsewhere = others.find(caller.id);
    for (const line of caller.lines.values()) {
      const other = elsewhere?.lines.get(line.cluster);
      if (isBusy(own, line) || (other !== undefined && isBusy(others, other)))
        found.push({ line, own: line, other });
    }
  }
  for (const caller of others.callers()) {
    const here = own.find(caller.id);
    for (const line of caller.lines.values())
      if (here?.lines.has(line.cluster) !== true && isBusy(others, line))
        found.push({ line, own: undefined, other: line });
  }
  return found;
}

function writeLine(
  out: JsonBytes,
  { line, own, other }: BothLines,
  slots: readonly number[],
  figures: Both,
): void {
  const { from, to, cluster, unit } = line;
  out.text(JSON.stringify({ from, to, cluster, unit }).slice(0, -1));
  for (const part of PARTS) {
    out.text(`,"${part}":[`);
    for (const [index, slot] of slots.entries()) {
      if (index > 0) out.text(',');
      const here = own && valueAt(figures.own, own, part, slot);
      const elsewhere = other && valueAt(figures.others, other, part, slot);
      const isKnown = here !== undefined || elsewhere !== undefined;
      out.hundredths(isKnown ? (here ?? 0) + (elsewhere ?? 0) : undefined);
    }
    out.text(']');
  }
  out.text('}');
}

/** Undefined: no proxy of the caller reported in that slot. */
function valueAt(figures: MeshFigures, line: Line, part: Part, slot: number): number | undefined {
  return figures.reported(line.caller, slot) > 0 ? figures.count(line, part, slot) : undefined;
}
