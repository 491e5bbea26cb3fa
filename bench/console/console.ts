// Measures the console in a browser: the first view, the first figures, and a weight from the click to the last ACK on the page.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRounds, type BenchRow, type RunBench } from '../figures/bench.ts';
import { startMeasuringBrowser, type MeasuringBrowser } from './browser.ts';
import { startScene, unwatched, type Scene } from './scene.ts';
import { ALL_CALL, ONE_CALLS } from './mesh.ts';
import { measureFrames } from './frames.ts';
import { percentile } from '../figures/percentile.ts';

/**
 * A mesh. `pieces`: the least number that the map shows; above 300, it shows groups. `viewBar`: the longest time of its first view, in
 * milliseconds; undefined: its times are not measured. `frames`: whether its frames are counted.
 */
type Size = {
  readonly nodes: number;
  readonly what: string;
  readonly pieces: number;
  readonly viewBar?: number;
  readonly frames: boolean;
};

const SIZES: readonly Size[] = [
  { nodes: 25, what: '50 pieces', pieces: 50, viewBar: 1000, frames: false },
  { nodes: 150, what: '300 pieces', pieces: 300, frames: true },
  { nodes: 2000, what: '2,000 nodes', pieces: 2, viewBar: 3000, frames: true },
];
const ROUNDS = 5;
const MOST_ROUNDS = 90;
/** Before each round of figures, the control plane has to stop watching, which takes half a minute. */
const FIGURES_ROUNDS = 3;
/** Two intervals of five seconds. */
const FIGURES_BAR = 10_000;
const WEIGHT_BAR = 500;

/** Measures all sizes; the argument is the number of rounds, of which the medians are shown. */
export const run: RunBench = async ({ args: [rounds = String(ROUNDS)], say }) => {
  const count = readRounds(rounds, MOST_ROUNDS);
  const rows: BenchRow[] = [];
  for (const size of SIZES) {
    const folder = await mkdtemp(join(tmpdir(), 'daybreak-bench-'));
    await using open = new AsyncDisposableStack();
    open.defer(() => rm(folder, { recursive: true, force: true }));
    say(`${size.what}: start`);
    const browser = await startMeasuringBrowser();
    open.defer(browser.stop);
    const scene = await startScene(folder, size.nodes);
    open.defer(scene.stop);
    const { what, pieces, viewBar, frames } = size;
    if (viewBar !== undefined)
      rows.push(...(await measure(scene, browser, { ...size, viewBar }, count, say)));
    if (!frames) continue;
    say(`${what}: frames`);
    rows.push(...(await measureFrames(browser, what, scene.map, pieces)));
  }
  return {
    rows,
    notes: [
      `Medians of ${count}; the peer is the bar. Each view has a new browser context, without cache and cookies, in a browser that runs.`,
      'Each virtual node has a sidecar that ACKs at once, and reports load while it is asked. The time of a weight begins with the click on Apply.',
    ],
  };
};

async function measure(
  scene: Scene,
  browser: MeasuringBrowser,
  { what, pieces, viewBar }: Size & { readonly viewBar: number },
  count: number,
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const median = async (text: string, times: number, round: (index: number) => Promise<number>) => {
    say(`${what}: ${text}`);
    const found: number[] = [];
    for (let index = 0; index < times; index += 1) found.push(await round(index));
    say(found.map((ms) => `${Math.round(ms)} ms`).join(', '));
    return percentile(found, 0.5);
  };
  const row = (text: string, ours: number, peer: number): BenchRow => {
    return { what: `${what}: ${text}`, unit: 'ms', ours, peer };
  };
  const { map } = scene;
  const move = (service: string) => (index: number) =>
    browser.time({ kind: 'move', url: scene.service(service), weight: 1 + index });
  const view = await median('first view', count, () => browser.time({ kind: 'view', url: map, pieces }));
  const figures = await median('first figures', Math.min(count, FIGURES_ROUNDS), async () => {
    await unwatched(scene);
    return browser.time({ kind: 'figures', url: map });
  });
  const one = await median('weights of one caller', count, move(ONE_CALLS));
  const all = await median('weights of all callers', count, move(ALL_CALL));
  return [
    row('first view', view, viewBar),
    row('figures, from opening the page', figures, FIGURES_BAR),
    row('weight to the last ACK shown, 1 proxy', one, WEIGHT_BAR),
    row('weight to the last ACK shown, three quarters of the proxies', all, WEIGHT_BAR),
  ];
}
