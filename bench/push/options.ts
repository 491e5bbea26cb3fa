import { parseArgs } from 'node:util';
import { BenchUsageError } from '../figures/bench.ts';

/** The two dialects of xDS. */
export type Variant = 'sotw' | 'delta';

/** The options of `npm run bench -- push`. */
export type PushOptions = {
  readonly streams: readonly number[];
  readonly variants: readonly Variant[];
  /** How often each change is made, and how often all streams connect. */
  readonly rounds: number;
  /** The peer: go-control-plane, or a server that only sends. */
  readonly beside: 'peer' | 'floor';
  readonly storms: number;
  /** How long to measure without changes, in milliseconds. */
  readonly idleMs: number;
  /** The pages of the console that are open at our control plane. */
  readonly readers: number;
  /** Undefined: compare with the peer. */
  readonly soak: Soak | undefined;
};

/** A long run of our control plane alone. */
export type Soak = { readonly kind: 'idle' | 'churn'; readonly minutes: number };

/**
 * Reads the words after `push`.
 * @throws BenchUsageError that names the wrong argument
 */
export function readOptions(args: readonly string[]): PushOptions {
  const { values } = parse(args);
  const quick = values.quick === true;
  const soak = values.soak;
  if (soak !== undefined && soak !== 'idle' && soak !== 'churn') {
    throw new BenchUsageError(`--soak ${soak}: it has to be idle or churn`);
  }
  return {
    streams: (values.streams ?? (quick ? '1000' : '1000,5000'))
      .split(',')
      .map((text) => whole('--streams', text, 10, 20_000)),
    variants: (values.variants ?? 'sotw,delta').split(',').map(variant),
    rounds: whole('--rounds', values.rounds ?? (quick ? '9' : '25'), 1, 9999),
    beside: values.floor === true ? 'floor' : 'peer',
    storms: quick ? 3 : 5,
    idleMs: quick ? 5000 : 30_000,
    readers: whole('--console-readers', values['console-readers'] ?? '0', 0, 40),
    soak: soak && { kind: soak, minutes: whole('--minutes', values.minutes ?? '60', 1, 10_000) },
  };
}

const OPTIONS = {
  quick: { type: 'boolean' },
  floor: { type: 'boolean' },
  streams: { type: 'string' },
  variants: { type: 'string' },
  rounds: { type: 'string' },
  soak: { type: 'string' },
  minutes: { type: 'string' },
  'console-readers': { type: 'string' },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS });
  } catch (error) {
    throw new BenchUsageError(`push: ${(error as Error).message}`);
  }
}

function variant(text: string): Variant {
  if (text === 'sotw' || text === 'delta') return text;
  throw new BenchUsageError(`--variants ${text}: each has to be sotw or delta`);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new BenchUsageError(
    `${name} ${JSON.stringify(text)}: it has to be a whole number from ${least} to ${most}`,
  );
}
