import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { makeFifo, type Fifo } from './fifo.ts';
import { forwardLines } from './forward-lines.ts';

/** The outputs of all Envoys: pipes that Envoy's user owns, forwarded to the agent's own outputs. */
export type EnvoyOutput = {
  readonly stdoutFd: number;
  readonly stderrFd: number;
  /** Bytes that were dropped because the agent's outputs did not accept them. */
  readonly dropped: () => number;
  /** Call this after the last Envoy has ended. Forwards the rest of the output, for at most a second. */
  readonly close: () => Promise<void>;
};

const STDOUT = 1;
const STDERR = 2;
const CLOSE_LIMIT_MS = 1000;

/**
 * Creates the pipes. Envoy opens `/dev/stdout` by name for its access logs, which fails if the agent's own stdout is a socket or owned
 * by root. Calls `onLog` with all that Envoy writes to its log, which is its stderr.
 */
export async function openEnvoyOutput(
  folder: string,
  log: Log,
  onLog: (piece: Buffer) => void,
): Promise<EnvoyOutput> {
  const [stdout, stderr] = await Promise.all([
    makeFifo(join(folder, 'stdout')),
    makeFifo(join(folder, 'stderr')),
  ]);
  const forward = ({ reader }: Fifo, fd: number) =>
    forwardLines(reader, fd, (bytes) => {
      log.warn({ bytes, fd }, "dropped some of Envoy's output: its reader is too slow");
    });
  stderr.reader.on('data', onLog);
  const forwarders = [forward(stdout, STDOUT), forward(stderr, STDERR)];
  return {
    stdoutFd: stdout.writeFd,
    stderrFd: stderr.writeFd,
    dropped: () => forwarders.reduce((sum, forwarder) => sum + forwarder.dropped(), 0),
    async close() {
      for (const fifo of [stdout, stderr]) fifo.closeWriteEnd();
      const limit = delay(CLOSE_LIMIT_MS, undefined, { ref: false });
      await Promise.race([Promise.all(forwarders.map(({ done }) => done)), limit]);
      for (const { reader } of [stdout, stderr]) reader.destroy();
    },
  };
}
