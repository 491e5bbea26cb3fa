import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import { makeFifo, type Fifo } from './fifo.ts';
import { forwardLines } from './forward-lines.ts';

/** Where every Envoy that is started writes to: the agent's own outputs, by way of pipes that Envoy's user owns. */
export type EnvoyOutput = {
  readonly stdoutFd: number;
  readonly stderrFd: number;
  /** Bytes that the agent's outputs did not take. */
  readonly dropped: () => number;
  /** After the last Envoy has ended: passes on what is left, for at most a second. */
  readonly close: () => Promise<void>;
};

const STDOUT = 1;
const STDERR = 2;
const CLOSE_LIMIT_MS = 1000;

/**
 * Opens the way. Envoy opens `/dev/stdout` by name for its access logs; what the agent has there may be a socket, or
 * root's, and could not be opened so. `onLog` hears what Envoy writes to its own log, which is its stderr.
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
      log.warn({ bytes, fd }, "dropped some of Envoy's output, for it was not read fast enough");
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
