import type { BenchRow } from '../figures/bench.ts';
import type { MeasuringBrowser } from './browser.ts';

/** The bars, in milliseconds: a median of sixty frames a second, and no pause that a person who drags the map notices. */
const BARS = { median: 17, p99: 50 } as const;

/** Measures the frames of a map while its figures change, and while it is dragged and zoomed as well. `what`: the size. `map`: its address. */
export async function measureFrames(
  browser: MeasuringBrowser,
  what: string,
  map: string,
  pieces: number,
): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [during, text] of [
    ['watch', 'figures change'],
    ['drag', 'the map is dragged and zoomed'],
  ] as const) {
    const found = await browser.frames({ url: map, pieces, while: during });
    const row = { what: `${what}: time between frames while ${text}`, unit: 'ms' };
    rows.push(
      { ...row, what: `${row.what}, median`, ours: found.median, peer: BARS.median },
      { ...row, what: `${row.what}, 99th of 100`, ours: found.p99, peer: BARS.p99 },
    );
  }
  return rows;
}
