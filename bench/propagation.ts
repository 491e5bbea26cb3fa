// Measures the time from UpdateRoute to the route in force in a real Envoy: through the API, the store, translation, ADS and the agent's relay.
import { startColorMesh, type ColorMesh } from '../demo/color-mesh.ts';
import { updateWeights, type Weights } from '../demo/color-model.ts';
import { keepAlive, request } from '../test/lab/clients/http.ts';
import { createLab } from '../test/lab/lab.ts';
import { stage } from '../test/lab/stage.ts';
import { readRounds, type Bench, type BenchOptions, type BenchRow } from './figures/bench.ts';
import { percentile } from './figures/percentile.ts';

const ROUNDS = 30;
const LIMIT_MS = 10_000;

type Change = { readonly what: string; readonly states: readonly [State, State] };
type State = { readonly weights: Weights; readonly color: string };
type Round = { readonly answered: number; readonly inForce: number };

const CHANGES: readonly Change[] = [
  {
    what: 'weights between clusters that Envoy has',
    states: [
      { color: 'blue', weights: { 'colorteller-blue-vn': 1, 'colorteller-red-vn': 0 } },
      { color: 'red', weights: { 'colorteller-blue-vn': 0, 'colorteller-red-vn': 1 } },
    ],
  },
  {
    what: 'weights to a cluster that Envoy has to make',
    states: [
      { color: 'white', weights: { 'colorteller-vn': 1 } },
      { color: 'blue', weights: { 'colorteller-blue-vn': 1 } },
    ],
  },
];

/** Moves all weight from one color to the other, as often as the argument says (default 30), until the first response with the new color. */
export async function run({ args: [wanted = `${ROUNDS}`], say }: BenchOptions): Promise<Bench> {
  const rounds = readRounds(wanted, 9999);
  const lab = await createLab({ name: 'bench' });
  try {
    const mesh = await startColorMesh(lab, await stage(lab), { 'colorteller-vn': 1 }, say);
    const rows: BenchRow[] = [];
    for (const change of CHANGES) {
      say(`${change.what}: ${rounds} rounds`);
      rows.push(...rowsOf(change, await measure(mesh, change, rounds)));
    }
    const notes = [
      "Answered: UpdateRoute came back, its commit durable. In force: the first request through the gateway's Envoy that",
      'met the new target had its answer; requests followed one another, so each row holds up to one request too much.',
    ];
    return { rows, notes };
  } finally {
    await lab.close();
  }
}

async function measure(mesh: ColorMesh, { states }: Change, rounds: number): Promise<readonly Round[]> {
  const agent = keepAlive(1);
  const ask = async (): Promise<string> => {
    const { status, body } = await request(mesh.url, { agent });
    if (status !== 200) throw new Error(`a request failed: ${status} ${body}`);
    return (JSON.parse(body) as { color: string }).color;
  };
  const move = async ({ weights, color }: State): Promise<Round> => {
    const sentAt = performance.now();
    const update = updateWeights(mesh.client, weights).then(() => performance.now() - sentAt);
    while ((await ask()) !== color) {
      if (performance.now() - sentAt > LIMIT_MS) throw new Error(`no ${color} within ${LIMIT_MS} ms`);
    }
    const inForce = performance.now() - sentAt;
    return { answered: await update, inForce };
  };
  // The first two changes create the clusters and warm up the programs.
  for (const state of states) await move(state);
  const found: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    await mesh.inSync();
    found.push(await move(states[round % 2] ?? states[0]));
  }
  agent.destroy();
  return found;
}

function rowsOf({ what }: Change, rounds: readonly Round[]): readonly BenchRow[] {
  const row = (name: string, values: readonly number[], share: number): BenchRow => ({
    what: `${what}: ${name}`,
    unit: 'ms',
    ours: percentile(values, share),
  });
  const answered = rounds.map((round) => round.answered);
  const inForce = rounds.map((round) => round.inForce);
  return [
    row('answered, median', answered, 0.5),
    row('in force, median', inForce, 0.5),
    row('in force, 99th', inForce, 0.99),
  ];
}
