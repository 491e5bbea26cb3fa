import type { BenchRow } from '../figures/bench.ts';
import { percentile } from '../figures/percentile.ts';
import { push, type Side } from './measure.ts';
import type { Soak } from './options.ts';
import { cpuMs, residentKb } from './process-cost.ts';

/** The figures of the control plane in one part of a soak. */
type Stretch = {
  readonly cpuPerSecond: number;
  readonly megabytes: number;
  readonly responses: number;
  readonly bytes: number;
  readonly p99: number;
};

/** The number of parts of a soak: the table shows the first, the middle one and the last. */
const STRETCHES = 12;
const CHURN_EVERY_MS = 1000;
/** One of this number of streams reconnects with each change. */
const CHURN_SHARE = 100;

/**
 * Measures the control plane for a long time: without changes, or while each second a route changes that all proxies see, and one stream in
 * a hundred reconnects.
 */
export async function soak(
  side: Side,
  { kind, minutes }: Soak,
  say: (line: string) => void,
): Promise<BenchRow[]> {
  await side.streams.connect(false);
  await push(side);
  const stretches: Stretch[] = [];
  const stretchMs = (minutes * 60_000) / STRETCHES;
  for (let number = 1; number <= STRETCHES; number += 1) {
    const stretch = await observe(side, () =>
      kind === 'idle' ? idle(side, stretchMs) : churn(side, stretchMs),
    );
    stretches.push(stretch);
    const { cpuPerSecond, megabytes, responses } = stretch;
    say(
      `${number} of ${STRETCHES}: ${megabytes.toFixed(0)} MB, ${cpuPerSecond.toFixed(1)} ms CPU a second, ${responses} responses`,
    );
  }
  const shown = { first: stretches[0], middle: stretches[STRETCHES / 2], last: stretches.at(-1) };
  return Object.entries(shown).flatMap(([name, stretch]) =>
    stretch === undefined ? [] : rowsOf(`${kind}, ${minutes} min, ${name} twelfth`, stretch, kind),
  );
}

function rowsOf(what: string, stretch: Stretch, kind: Soak['kind']): readonly BenchRow[] {
  return [
    { what: `${what}: memory`, unit: 'MB', ours: stretch.megabytes },
    { what: `${what}: CPU a second`, unit: 'ms', ours: stretch.cpuPerSecond },
    { what: `${what}: responses`, unit: '', ours: stretch.responses },
    kind === 'idle'
      ? { what: `${what}: bytes a stream a minute`, unit: 'B', ours: stretch.bytes }
      : { what: `${what}: a change to the 99th of 100 streams, median`, unit: 'ms', ours: stretch.p99 },
  ];
}

type Seen = Pick<Stretch, 'responses' | 'bytes' | 'p99'>;

async function observe({ contender: { pid } }: Side, work: () => Promise<Seen>): Promise<Stretch> {
  const [cpu, begin] = [await cpuMs(pid), performance.now()];
  const seen = await work();
  const seconds = (performance.now() - begin) / 1000;
  return {
    ...seen,
    cpuPerSecond: ((await cpuMs(pid)) - cpu) / seconds,
    megabytes: (await residentKb(pid)) / 1024,
  };
}

async function idle({ streams, count }: Side, ms: number): Promise<Seen> {
  const { messages, bytes } = await streams.idle(ms);
  return { responses: messages, bytes: (bytes / count / ms) * 60_000, p99: 0 };
}

async function churn(side: Side, ms: number): Promise<Seen> {
  const until = performance.now() + ms;
  const times: number[] = [];
  let responses = 0;
  let bytes = 0;
  while (performance.now() < until) {
    const next = performance.now() + CHURN_EVERY_MS;
    await side.streams.drop(Math.ceil(side.count / CHURN_SHARE));
    const connected = await side.streams.connect(false);
    const changed = await push(side);
    times.push(changed.p99);
    responses += connected.messages + changed.messages;
    bytes += connected.bytes + changed.bytes;
    await new Promise((resolve) => void setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  return { responses, bytes, p99: percentile(times, 0.5) };
}
