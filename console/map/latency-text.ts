import { millisecondsText, type LineLatency } from '../model/figures/latencies.ts';
import type { Texts } from '../text/texts.ts';

/** Writes the p99 of a line. */
export function latencyText(t: Texts, { p99, atMost }: LineLatency): string {
  const text = millisecondsText(p99);
  return atMost ? t.map.p99AtMost(text) : t.map.p99(text);
}
