import { computed, signal } from '@preact/signals';
import type { Latencies } from '../../common/contracts/reports.ts';
import { latenciesOnLines, type AskedLatencies, type LineLatency } from '../model/figures/latencies.ts';
import { graph, model } from './state.ts';

/** How long lines carry a p99 that was asked for, in milliseconds: afterwards it says little about now. */
const KEPT_MS = 60_000;

const asked = signal<AskedLatencies>(new Map());

/** Puts the answer for a piece of the map on its lines, for a minute. No line asks by itself. */
export function keepLatencies(piece: string, answer: Latencies): void {
  asked.value = new Map([...asked.peek(), [piece, answer]]);
  setTimeout(() => {
    if (asked.peek().get(piece) !== answer) return;
    asked.value = new Map([...asked.peek()].filter(([key]) => key !== piece));
  }, KEPT_MS);
}

/** The p99 of lines, by key, of the mesh on view. */
export const lineLatencies = computed(() => {
  const current = model.value;
  if (current.state !== 'ready') return new Map<string, LineLatency>();
  const { mesh, owner } = current.value;
  const own = [...asked.value].filter(([, each]) => each.mesh === mesh && each.meshOwner === owner);
  return latenciesOnLines(graph.value, new Map(own));
});
