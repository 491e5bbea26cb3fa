// The cost of sending a change to every proxy, compared with go-control-plane's snapshot cache: time, CPU, memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../test/lab/programs/bundle.ts';
import type { Bench, BenchOptions, BenchRow, RunBench } from '../figures/bench.ts';
import { startFloor, startOurs, startPeer, type Contender } from './contenders.ts';
import { buildGoPrograms, type GoPrograms } from './go-programs.ts';
import { measure, type Side } from './measure.ts';
import type { MeshSize } from './mesh.ts';
import { readOptions, type PushOptions, type Variant } from './options.ts';
import { soak } from './soak.ts';
import { openStreams } from './streams.ts';

const SIZE: MeshSize = { nodes: 200, backends: 10 };

/**
 * `--streams N,N --variants sotw,delta --rounds N`, `--quick` for a short one, `--floor` beside a server that does nothing else;
 * `--console-readers N` with pages of the console open at ours; `--soak idle|churn --minutes N` to watch ours alone for a long time.
 */
export const run: RunBench = async ({ args, say }) => {
  const options = readOptions(args);
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-bench-'));
  try {
    say('go build');
    const programs = await buildGoPrograms(folder);
    const { daybreak } = await bundle();
    if (options.soak !== undefined) return await soakOf({ daybreak, programs, folder, options, say });
    const rows: BenchRow[] = [];
    for (const count of options.streams) {
      for (const variant of options.variants) {
        say(`${variant}, ${count} streams`);
        rows.push(...(await compare({ daybreak, programs, folder, variant, count, options })));
      }
    }
    return { rows, notes: [PEERS[options.beside], ...NOTES] };
  } finally {
    await rm(folder, { recursive: true });
  }
};

const PEERS = {
  peer: "peer: go-control-plane's snapshot cache, given the change in memory; ours is UpdateRoute through the API, committed to disk.",
  floor:
    "peer: gRPC on Node's HTTP/2 alone, which replays one configuration to all and keeps nothing; ours is UpdateRoute through the API.",
};

const NOTES = [
  `${SIZE.nodes} virtual nodes, ${SIZE.backends} backends each; every stream a connection and a real Envoy's node. Medians of the rounds.`,
];

type Trial = {
  readonly daybreak: string;
  readonly programs: GoPrograms;
  readonly folder: string;
  readonly variant: Variant;
  readonly count: number;
  readonly options: PushOptions;
};

async function compare({ daybreak, programs, folder, variant, count, options }: Trial): Promise<BenchRow[]> {
  const data = await mkdtemp(join(folder, 'data-'));
  const other =
    options.beside === 'peer' ? await startPeer(programs.gocp, data, SIZE) : await startFloor(data, SIZE);
  const contenders = [await startOurs(daybreak, data, SIZE, options.readers), other];
  const sides = contenders.map((contender) => sideOf(contender, programs, variant, count));
  try {
    const found = await measure(sides, options);
    const [ours, peer] = sides.map((side) => found.get(side));
    return [...(ours ?? [])].map(([what, { unit, value }]) => ({
      what: `${variant}, ${count.toLocaleString('en')}: ${what}`,
      unit,
      ours: value,
      peer: peer?.get(what)?.value,
    }));
  } finally {
    await Promise.all(sides.map(({ streams }) => streams.stop()));
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

async function soakOf({
  daybreak,
  programs,
  folder,
  options: { soak: wanted, variants, streams },
  say,
}: Omit<Trial, 'variant' | 'count'> & Pick<BenchOptions, 'say'>): Promise<Bench> {
  const [variant = 'delta', count = 1000] = [variants.at(-1), streams[0]];
  if (wanted === undefined) return { rows: [] };
  const contender = await startOurs(daybreak, await mkdtemp(join(folder, 'data-')), SIZE);
  const side = sideOf(contender, programs, variant, count);
  try {
    const rows = await soak(side, wanted, say);
    return { rows, notes: [`${count} streams, ${variant}; ${SIZE.nodes} virtual nodes.`] };
  } finally {
    await side.streams.stop();
    await contender.stop();
  }
}

function sideOf(contender: Contender, programs: GoPrograms, variant: Variant, count: number): Side {
  const { ads } = contender;
  const streams = openStreams(programs.xdsload, { ads, count, nodes: SIZE.nodes, variant });
  return { contender, streams, count, weight: 50 };
}
