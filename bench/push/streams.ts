import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { Variant } from './options.ts';

/** One HTTP request of a change. */
export type ChangeRequest = { readonly method: string; readonly url: string; readonly body: string };

/** A change, and how a stream recognizes it: the virtual host `host` gives its first cluster the weight `weight`. */
export type WeightChange = {
  readonly requests: readonly ChangeRequest[];
  /** The interval between two requests, in milliseconds. */
  readonly everyMs?: number;
  readonly host: string;
  readonly weight: number;
  /** How many streams must receive it. */
  readonly expect: number;
  /** How long to wait for further messages afterwards, in milliseconds. */
  readonly ms?: number;
};

/** The result of a command; xdsload/main.go describes each field. Times are in milliseconds. */
export type Outcome = {
  readonly ms: number;
  readonly p50: number;
  readonly p99: number;
  readonly answered: number;
  readonly span: number;
  readonly settled: number;
  readonly gap: number;
  readonly messages: number;
  readonly bytes: number;
  readonly reached: number;
  readonly failed: number;
};

/** Many streams to one server, in a separate process. */
export type Streams = {
  /** The id of the process. */
  readonly pid: number;
  /** Connects all streams that are down. `awaited`: the message that each has to receive; default one response per type. */
  connect(known: boolean, awaited?: Pick<WeightChange, 'host' | 'weight'>): Promise<Outcome>;
  /** Drops this number of streams, default all. */
  drop(count?: number): Promise<void>;
  change(change: WeightChange): Promise<Outcome>;
  idle(ms: number): Promise<Outcome>;
  stop(): Promise<void>;
};

/** How many of the streams are for `vn-few`. */
export const FEW = 5;

/** Starts the load generator. It does not connect yet. */
export function openStreams(
  program: string,
  options: {
    readonly ads: string;
    readonly count: number;
    readonly nodes: number;
    readonly variant: Variant;
  },
): Streams {
  const { ads, count, nodes, variant } = options;
  const args = ['-addr', ads, '-n', `${count}`, '-nodes', `${nodes}`, '-few', `${FEW}`, '-variant', variant];
  const child = execa(program, args, { stdin: 'pipe', stderr: 'inherit', buffer: false, reject: false });
  const lines = createInterface({ input: child.stdout });

  async function ask(command: object): Promise<Outcome> {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const [line] = (await Promise.race([once(lines, 'line'), child.then(() => [])])) as [string?];
    if (line === undefined) throw new Error('the load generator has ended');
    const { error, ...outcome } = JSON.parse(line) as Outcome & { readonly error?: string };
    if (error !== undefined) throw new Error(`the load generator: ${error}`);
    return outcome;
  }

  /** Streams may fail while they connect, as those of Envoy do, but not later. */
  async function askConnected(command: object): Promise<Outcome> {
    const outcome = await ask(command);
    if (outcome.failed > 0) throw new Error(`${outcome.failed} streams ended by themselves`);
    return outcome;
  }

  return {
    pid: child.pid ?? 0,
    connect: (known, awaited) => ask({ do: 'connect', known, ms: 500, ...awaited }),
    drop: async (dropped = 0) => void (await ask({ do: 'drop', streams: dropped })),
    change: (change) => askConnected({ do: 'change', ms: 200, ...change }),
    idle: (ms) => askConnected({ do: 'idle', ms }),
    stop: async () => {
      child.stdin.end();
      await child;
    },
  };
}
