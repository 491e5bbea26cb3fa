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
  { rounds, storms, idleMs }: PushOptions,
): Promise<ReadonlyMap<Side, Figures>> {
  const found = new Map(sides.map((side) => [side, new Map<string, { unit: string; value: number }>()]));
  const set = (side: Side, what: string, unit: string, value: number): void =>
    void found.get(side)?.set(what, { unit, value });
  const inTurns = async <T>(times: number, work: (side: Side) => Promise<T>): Promise<Map<Side, T[]>> => {
    const results = new Map<Side, T[]>(sides.map((side) => [side, []]));
    for (let round = 0; round < times; round += 1)
      for (const side of sides) results.get(side)?.push(await work(side));
    return results;
  };

  const empty = await inTurns(1, ({ contender }) => residentKb(contender.pid));
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
      set(side, what, 'kB', kilobytes / side.count);
    }
  };
  const first = await inTurns(1, storm);
  await noteMemory('memory a stream, when all have connected once');
  const more = await inTurns(storms - 1, storm);
  for (const side of sides) {
    const results = [...(first.get(side) ?? []), ...(more.get(side) ?? [])];
    set(
      side,
      'all connect at once, until each has all',
      'ms',
      median(results, ({ outcome }) => outcome.ms),
    );
    set(
      side,
      'all connect at once, CPU',
      'ms',
      median(results, ({ cpu }) => cpu),
    );
    set(
      side,
      "all connect at once, the load generator's CPU",
      'ms',
      median(results, ({ clients }) => clients),
    );
  }
  await noteMemory(`memory a stream, when all have connected ${storms} times`);

  // The first changes find cold code and caches, as in the first seconds of a control plane.
  await inTurns(3, (side) => push(side));
  const pushes = await inTurns(rounds, (side) => costOf(side, () => push(side)));
  for (const [side, results] of pushes) {
    set(
      side,
      'a change that all see: median stream',
      'ms',
      median(results, ({ outcome }) => outcome.p50),
    );
    set(
      side,
      'a change that all see: 99th of 100 streams',
      'ms',
      median(results, ({ outcome }) => outcome.p99),
    );
    set(
      side,
      'a change that all see: last stream',
      'ms',
      median(results, ({ outcome }) => outcome.ms),
    );
    const cpu = results.reduce((sum, each) => sum + each.cpu, 0) / rounds;
    set(side, 'a change that all see: CPU a stream', 'µs', (cpu * 1000) / side.count);
  }
  const few = await inTurns(rounds, (side) => costOf(side, () => changeFor(side, FEWS, FEW)));
  for (const [side, results] of few) {
    set(
      side,
      `a change that ${FEW} see: last stream`,
      'ms',
      median(results, ({ outcome }) => outcome.ms),
    );
    set(
      side,
      `a change that ${FEW} see: streams that were sent something`,
      '',
      median(results, ({ outcome }) => outcome.reached),
    );
  }
  for (const [side, [result]] of await inTurns(1, (each) => costOf(each, () => burst(each)))) {
    if (result === undefined) continue;
    const { outcome, cpu } = result;
    set(side, `${BURST} changes in a second: responses a stream`, '', outcome.messages / side.count);
    set(side, `${BURST} changes in a second: the last to the last stream`, 'ms', outcome.settled);
    set(side, `${BURST} changes in a second: longest that a stream waited`, 'ms', outcome.gap);
    set(side, `${BURST} changes in a second: CPU`, 'ms', cpu);
  }
  const back = await inTurns(storms, async (side) => {
    await side.streams.drop();
    const weight = nextWeight(side);
    await send(side.contender.change(EVERYONES, weight));
    return side.streams.connect(true, { host: EVERYONES, weight });
  });
  for (const [side, results] of back)
    set(
      side,
      'all reconnect, until each has what changed meanwhile',
      'ms',
      median(results, ({ ms }) => ms),
    );
  await sleep(REST_MS);
  for (const [side, [result]] of await inTurns(1, (each) => costOf(each, () => each.streams.idle(idleMs)))) {
    if (result === undefined) continue;
    set(side, 'nothing changes: responses', '', result.outcome.messages);
    set(
      side,
      'nothing changes: bytes a stream a minute',
      'B',
      (result.outcome.bytes / side.count / idleMs) * 60_000,
    );
    set(side, 'nothing changes: CPU a second', 'ms', (result.cpu / idleMs) * 1000);
  }
  return found;
}

/** The change that every stream sees. */
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
