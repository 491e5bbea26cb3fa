import type { Log } from '../log.ts';
import { createLineQueue } from './line-queue.ts';
import { openOutput, type ReadOutput } from './open-output.ts';

/** Writes a log in the background. */
export type BackgroundOutput = {
  /** Takes whole lines, and returns true; returns false if the log has to write them itself. */
  readonly divert: (text: string) => boolean;
  /** Bytes that were dropped. */
  readonly dropped: () => number;
  /** Sets the function that logs losses, once the output accepts lines again. */
  readonly logTo: (log: Log, fields: (bytes: number) => object) => void;
};

/**
 * Creates an output to stderr that a slow reader cannot stop: lines wait in a queue of 1 MiB, and more are dropped and counted. The rest is
 * written when the process exits, for at most a second. A file or a terminal gets its lines from the log itself. `output` is for tests.
 */
export function createBackgroundOutput(output: ReadOutput | undefined = openOutput(2)): BackgroundOutput {
  if (output === undefined) return { divert: () => false, dropped: () => 0, logTo: () => undefined };
  let told: ((bytes: number) => void) | undefined;
  let isEnding = false;
  const queue = createLineQueue(output.write, (bytes) => told?.(bytes));
  process.once('exit', () => {
    isEnding = true;
    const rest = queue.unfinished();
    if (rest.length > 0) output.writeNow(rest);
  });
  return {
    divert(text) {
      if (isEnding) output.writeNow(Buffer.from(text));
      else queue.add(Buffer.from(text));
      return true;
    },
    dropped: () => queue.dropped(),
    logTo: (log, fields) => {
      told = (bytes) => log.warn(fields(bytes), 'dropped some of the log: its reader is too slow');
    },
  };
}
