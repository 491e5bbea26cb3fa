import { percentile } from '../figures/percentile.ts';
import type { Contender } from './contenders.ts';
import { EVERYONES, FEWS, type Watched } from './mesh.ts';
import type { PushOptions } from './options.ts';
import { cpuMs, residentKb } from './process-cost.ts';
import { FEW, type Outcome, type Streams } from './streams.ts';

/** A contender with its streams, and the weight that the next change sets. */
export type Side = {
  readonly contender: Contender;
  readonly streams: Streams;
  readonly count: number;
  weight: number;
};

/** The figures of one contender, by their name in the table. Both contenders have the same keys. */
export type Figures = ReadonlyMap<string, { readonly unit: string; readonly value: number }>;

/** The time-out of a request that makes a change, in milliseconds. */
const CHANGE_LIMIT_MS = 60_000;
const BURST = 100;
const REST_MS = 3000;

/** How long a server has to clean up after dropped streams. */
const SETTLE_MS = 1500;

/** Measures all rows of the table; contenders alternate in repeated measurements. */
export async function measure(
  sides: readonly Side[],
  options: PushOptions,
): Promise<ReadonlyMap<Side, Figures>> {
  const table = createTable(sides);
  await measureConnecting(table, options);
  await measureChanges(table, options);
  await measureBurst(table);
  await measureReconnecting(table, options);
  await measureIdle(table, options);
  return table.figures;
}

/** All connect at once, in several rounds. Memory a stream is measured after the first round and after the last one. */
async function measureConnecting(table: Table, { storms }: PushOptions): Promise<void> {
  const empty = await table.inTurns(1, ({ contender }) => residentKb(contender.pid));
  const storm = async (side: Side) => {
    await side.streams.drop();
    await sleep(SETTLE_MS);
    const before = await cpuMs(side.streams.pid);
    const cost = await costOf(side, () => side.streams.connect(false));
    return { ...cost, clients: (await cpuMs(side.streams.pid)) - before };
  };
  const noteMemory = async (what: string): Promise<void> => {
    await sleep(REST_MS);
    for (const [side, [before = 0] = []] of empty) {
      const kilobytes = (await residentKb(side.contender.pid)) - before;
      table.set(side, what, 'kB', kilobytes / side.count);
    }
  };
  const first = await table.inTurns(1, storm);
  await noteMemory('memory a stream, when all have connected once');
  const more = await table.inTurns(storms - 1, storm);
  for (const [side, results] of first) {
    const all = [...results, ...(more.get(side) ?? [])];
    const set = (what: string, value: number) => table.set(side, `all connect at once, ${what}`, 'ms', value);
    set(
      'until each has all',
      median(all, ({ outcome }) => outcome.ms),
    );
    set(
      'CPU',
      median(all, ({ cpu }) => cpu),
    );
    set(
      "the load generator's CPU",
      median(all, ({ clients }) => clients),
    );
  }
  await noteMemory(`memory a stream, when all have connected ${storms} times`);
}

/** A change that all streams see, then one that a few see. */
async function measureChanges(table: Table, { rounds }: PushOptions): Promise<void> {
  // The first changes find cold code and caches, as in the first seconds of a control plane.
  await table.inTurns(3, (side) => push(side));
  for (const [side, results] of await table.inTurns(rounds, (each) => costOf(each, () => push(each)))) {
    const set = (what: string, unit: string, value: number) =>
      table.set(side, `a change that all see: ${what}`, unit, value);
    set(
      'median stream',
      'ms',
      median(results, ({ outcome }) => outcome.p50),
    );
    set(
      '99th of 100 streams',
      'ms',
      median(results, ({ outcome }) => outcome.p99),
    );
    set(
      'last stream',
      'ms',
      median(results, ({ outcome }) => outcome.ms),
    );
    const cpu = results.reduce((sum, each) => sum + each.cpu, 0) / rounds;
    set('CPU a stream', 'µs', (cpu * 1000) / side.count);
  }
  const few = await table.inTurns(rounds, (side) => costOf(side, () => changeFor(side, FEWS, FEW)));
  for (const [side, results] of few) {
    const set = (what: string, unit: string, value: number) =>
      table.set(side, `a change that ${FEW} see: ${what}`, unit, value);
    set(
      'last stream',
      'ms',
      median(results, ({ outcome }) => outcome.ms),
    );
    set(
      'streams that were sent something',
      '',
      median(results, ({ outcome }) => outcome.reached),
    );
  }
}

/** A hundred changes in a second. */
async function measureBurst(table: Table): Promise<void> {
  for (const [side, [result]] of await table.inTurns(1, (each) => costOf(each, () => burst(each)))) {
    if (result === undefined) continue;
    const { outcome, cpu } = result;
    const set = (what: string, unit: string, value: number) =>
      table.set(side, `${BURST} changes in a second: ${what}`, unit, value);
    set('responses a stream', '', outcome.messages / side.count);
    set('the last to the last stream', 'ms', outcome.settled);
    set('longest that a stream waited', 'ms', outcome.gap);
    set('CPU', 'ms', cpu);
  }
}

/** All streams are dropped, and connect again after a change. */
async function measureReconnecting(table: Table, { storms }: PushOptions): Promise<void> {
  const back = await table.inTurns(storms, async (side) => {
    await side.streams.drop();
    const weight = nextWeight(side);
    await send(side.contender.change(EVERYONES, weight));
    return side.streams.connect(true, { host: EVERYONES, weight });
  });
  const what = 'all reconnect, until each has what changed meanwhile';
  for (const [side, results] of back)
    table.set(
      side,
      what,
      'ms',
      median(results, ({ ms }) => ms),
    );
}

/** Nothing changes for a while. */
async function measureIdle(table: Table, { idleMs }: PushOptions): Promise<void> {
  await sleep(REST_MS);
  const idle = await table.inTurns(1, (each) => costOf(each, () => each.streams.idle(idleMs)));
  for (const [side, [result]] of idle) {
    if (result === undefined) continue;
    const set = (what: string, unit: string, value: number) =>
      table.set(side, `nothing changes: ${what}`, unit, value);
    set('responses', '', result.outcome.messages);
    set('bytes a stream a minute', 'B', (result.outcome.bytes / side.count / idleMs) * 60_000);
    set('CPU a second', 'ms', (result.cpu / idleMs) * 1000);
  }
}

/** The figures of all contenders, and the order in which they are measured. */
type Table = {
  readonly figures: ReadonlyMap<Side, Figures>;
  readonly set: (side: Side, what: string, unit: string, value: number) => void;
  /** Does the work `times` times with each contender in turn. */
  readonly inTurns: <T>(
    times: number,
    work: (side: Side) => Promise<T>,
  ) => Promise<ReadonlyMap<Side, readonly T[]>>;
};

function createTable(sides: readonly Side[]): Table {
  const figures = new Map(sides.map((side) => [side, new Map<string, { unit: string; value: number }>()]));
  return {
    figures,
    set: (side, what, unit, value) => void figures.get(side)?.set(what, { unit, value }),
    async inTurns<T>(times: number, work: (side: Side) => Promise<T>) {
      const results = new Map<Side, T[]>(sides.map((side) => [side, []]));
      for (let round = 0; round < times; round += 1)
        for (const side of sides) results.get(side)?.push(await work(side));
      return results;
    },
  };
}

/** Makes the change that every stream sees. */
export function push(side: Side): Promise<Outcome> {
  return changeFor(side, EVERYONES, side.count);
}

function changeFor(side: Side, host: Watched, expect: number): Promise<Outcome> {
  const weight = nextWeight(side);
  return side.streams.change({ requests: [side.contender.change(host, weight)], host, weight, expect });
}

function burst(side: Side): Promise<Outcome> {
  const weights = Array.from({ length: BURST }, () => nextWeight(side));
  return side.streams.change({
    requests: weights.map((weight) => side.contender.change(EVERYONES, weight)),
    everyMs: 1000 / BURST,
    host: EVERYONES,
    weight: weights.at(-1) ?? 0,
    expect: side.count,
    ms: 1000,
  });
}

/** Returns a weight that differs from the hundred before it. */
function nextWeight(side: Side): number {
  side.weight = (side.weight + 1) % 101;
  return side.weight;
}

async function send({ method, url, body }: ReturnType<Contender['change']>): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(CHANGE_LIMIT_MS);
  const answer = await fetch(url, { method, headers, signal, ...(body === '' ? {} : { body }) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function costOf(
  { contender }: Side,
  work: () => Promise<Outcome>,
): Promise<{ readonly outcome: Outcome; readonly cpu: number }> {
  const before = await cpuMs(contender.pid);
  const outcome = await work();
  return { outcome, cpu: (await cpuMs(contender.pid)) - before };
}

function median<T>(results: readonly T[], of: (result: T) => number): number {
  return percentile(results.map(of), 0.5);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
