import { MOST_CLUSTERS, NUMBERS, type ReceivedLoad } from '../../common/contracts/agent-channel/load.ts';
import { SLOT_SECONDS } from '../../common/contracts/reports.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId } from '../mesh/resource.ts';
import { lineOf } from './lines.ts';
import type { Caller, Line, MeshFigures } from './figures/mesh-figures.ts';
import { portionsOf, slotAt, type Portion } from './figures/slots.ts';

/** Why a part of a report is not in the figures. */
export type DropReason = 'unasked' | 'implausible' | 'unknown' | 'too many';

/**
 * State of an agent since it was asked to report. `lines`: by the numbers that the agent gives to its clusters; undefined for a cluster of
 * no line. `portions`: of its last report. `reportedAt`: by the monotonic clock, in milliseconds.
 */
export type AskedLoad = {
  readonly figures: MeshFigures;
  readonly caller: Caller;
  readonly lines: (Line | undefined)[];
  portions: readonly Portion[];
  reportedAt: number | undefined;
};

/** Where and when a report is taken. `at`: by the monotonic clock, in milliseconds. */
export type TakingLoad = {
  readonly mesh: MeshId;
  readonly model: Model;
  readonly at: number;
  readonly onDrop: (reason: DropReason) => void;
};

/** More requests a second on one cluster of one proxy, or more in progress, are no figure of an Envoy. */
const MOST_REQUESTS = 1_000_000;

/** Adds a report of an agent to the figures of its mesh. Drops counts that cannot be true, and those of clusters without a name. */
export function takeLoad(asked: AskedLoad, load: ReceivedLoad, taking: TakingLoad): void {
  const { coversMs, counters, clusters } = load;
  const { figures, caller, lines } = asked;
  const { at, onDrop } = taking;
  figures.advance(slotAt(at));
  if (!addNames(asked, load.names, taking)) return onDrop('too many');
  if (coversMs > 0) {
    asked.portions = portionsOf(coversMs, at);
    asked.reportedAt = at;
    figures.addReported(caller, asked.portions);
  }
  // A report without a time continues the one before it. Slots that have ended do not grow any more.
  const portions = asked.portions.filter(({ slot }) => slot >= slotAt(at) - 1);
  const most = (MOST_REQUESTS * Math.max(coversMs, SLOT_SECONDS * 1000)) / 1000;
  for (let first = 0; first < clusters * NUMBERS; first += NUMBERS) {
    const number = counters[first] ?? 0;
    const requests = counters[first + 1] ?? 0;
    const errors = counters[first + 3] ?? 0;
    const active = counters[first + 4] ?? 0;
    const line = lines[number];
    if (number >= lines.length) onDrop('unknown');
    else if (Math.max(requests, errors) > most || active > MOST_REQUESTS) onDrop('implausible');
    else if (line !== undefined) figures.addCounts(line, { requests, errors, active }, portions);
  }
}

/** Adds the names of clusters that have come with a report. Returns whether there is room for all. */
function addNames(
  { figures, caller, lines }: AskedLoad,
  names: readonly string[],
  { mesh, model, onDrop }: TakingLoad,
): boolean {
  for (const name of names) {
    if (lines.length >= MOST_CLUSTERS) return false;
    const known = caller.lines.get(name);
    const id = known === undefined ? lineOf(mesh, caller.id, name, model) : undefined;
    const line = known ?? (id && figures.line(caller, id));
    if (id !== undefined && line === undefined) onDrop('too many');
    lines.push(line);
  }
  return true;
}
