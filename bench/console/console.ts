// Measures the console in a browser: the first view, the first figures, and a weight from the click to the last ACK on the page.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRounds, type BenchRow, type RunBench } from '../figures/bench.ts';
import { startMeasuringBrowser, type MeasuringBrowser } from './browser.ts';
import { startScene, unwatched, type Scene } from './scene.ts';
import { ALL_CALL, ONE_CALLS } from './mesh.ts';
import { percentile } from '../figures/percentile.ts';

/** A mesh. `pieces`: those that the map shows at least; of more than 300, it shows groups. `viewBar`: the longest time of its first view, in milliseconds. */
type Size = {
  readonly nodes: number;
  readonly what: string;
  readonly pieces: number;
  readonly viewBar: number;
};

const SIZES: readonly Size[] = [
  { nodes: 25, what: '50 pieces', pieces: 50, viewBar: 1000 },
  { nodes: 2000, what: '2,000 nodes', pieces: 2, viewBar: 3000 },
];
const ROUNDS = 5;
const MOST_ROUNDS = 90;
/** Before each round of figures, the control plane has to stop watching, which takes half a minute. */
const FIGURES_ROUNDS = 3;
/** Two intervals of five seconds. */
const FIGURES_BAR = 10_000;
const WEIGHT_BAR = 500;

/** Measures both sizes; the argument is the number of rounds, of which the medians are shown. */
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
    rows.push(...(await measure(scene, browser, size, count, say)));
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
  { what, pieces, viewBar }: Size,
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
