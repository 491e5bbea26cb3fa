import type { Stage } from '../../test/lab/stage.ts';
import type { BenchRow } from '../figures/bench.ts';
import { percentile } from '../figures/percentile.ts';
import { measurePath, PARALLEL, type MeasuredPath, type Round } from './measured-path.ts';

const SECONDS = 5;

/** The conditions of the rounds, for the notes of a bench. */
export const CONDITIONS = `${PARALLEL} connections; a caller, two Envoys with one worker each, and the application, all behind the same rules.`;

/** A value of ours, and that of the peer. */
export type Sides<T> = { readonly ours: T; readonly peer: T };

/** Measures both paths alternately, after a warm-up of one second each. A round takes 5 seconds per path. `say` gets a line per round. */
export async function measureSides(
  paths: Sides<MeasuredPath>,
  programs: Pick<Stage, 'node'>,
  rounds: number,
  say: (line: string) => void,
): Promise<Sides<readonly Round[]>> {
  const found: Sides<Round[]> = { ours: [], peer: [] };
  for (const side of ['ours', 'peer'] as const) await measurePath(paths[side], programs, 1);
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    for (const side of ['ours', 'peer'] as const)
      found[side].push(await measurePath(paths[side], programs, SECONDS));
  }
  return found;
}

/** Returns the medians of the rounds: times of a request, and CPU of both Envoys. */
export function rowsOf(found: Sides<readonly Round[]>): readonly BenchRow[] {
  return [
    rowOf(found, 'time of a request, median', 'ms', ({ median }) => median),
    rowOf(found, 'time of a request, 99th of 100', 'ms', ({ late }) => late),
    rowOf(found, 'CPU of both Envoys a request', 'µs', ({ cpu }) => cpu),
  ];
}

/** Returns the median of one figure of the rounds. */
export function rowOf(
  { ours, peer }: Sides<readonly Round[]>,
  what: string,
  unit: string,
  of: (round: Round) => number,
): BenchRow {
  return { what, unit, ours: percentile(ours.map(of), 0.5), peer: percentile(peer.map(of), 0.5) };
}
