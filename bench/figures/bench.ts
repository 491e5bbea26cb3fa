/** A measurement: `ours`, and that of the program it is compared with (`peer`), both in `unit`. */
export type BenchRow = {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** Undefined without a peer. */
  readonly peer?: number | undefined;
};

/** The results of a bench. `notes`: sentences about the peer and the conditions of the measurement. */
export type Bench = { readonly rows: readonly BenchRow[]; readonly notes?: readonly string[] };

/** The options of a bench. */
export type BenchOptions = {
  /** The words after the bench's name. */
  readonly args: readonly string[];
  /** Prints a line about the progress on stderr. */
  readonly say: (line: string) => void;
};

/** The function that each file of a bench exports as `run`. It leaves no process and no file behind. */
export type RunBench = (options: BenchOptions) => Promise<Bench>;

/** A bench cannot run with these arguments or on this machine; the message has the reason. The exit code is 2. */
export class BenchUsageError extends Error {
  readonly exitCode = 2;
}

/**
 * Returns the number of rounds that an argument names.
 * @throws BenchUsageError unless it is a whole number from 1 to `most`
 */
export function readRounds(text: string, most: number): number {
  const rounds = Number(text);
  if (/^[1-9]\d*$/.test(text) && rounds <= most) return rounds;
  throw new BenchUsageError(`${text} rounds: it has to be a whole number from 1 to ${most}`);
}
