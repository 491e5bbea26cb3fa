import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log, LogForm } from '../../common/log.ts';
import { jsonLines } from './envoy-log-lines.ts';
import { coded } from '../codes.ts';
import { makeFifo, openFifo, type Fifo } from './fifo.ts';
import { forwardLines } from './forward-lines.ts';
import { createLogTail } from './log-tail.ts';
import type { Outputs } from './outputs.ts';

/** The outputs of all Envoys: pipes that Envoy's user owns, forwarded to the agent's own outputs. */
export type EnvoyOutput = {
  readonly stdoutFd: number;
  readonly stderrFd: number;
  /** Bytes of Envoy and of the agent's log that were dropped because the agent's outputs did not accept them. */
  readonly dropped: () => number;
  /** The newest part of Envoy's log. */
  readonly logTail: () => string;
  /** Call this after the last Envoy has ended. Forwards the rest of the output, for at most a second. */
  readonly close: () => Promise<void>;
};

const CLOSE_LIMIT_MS = 1000;

/**
 * Creates the pipes. Envoy opens `/dev/stdout` by name for its access logs, which fails if the agent's own stdout is a socket or owned
 * by root. Calls `onLog` with all that Envoy writes to its log, which is its stderr. Forwards each line of that log in the given form; stdout, which
 * has access logs in the operator's own format, is forwarded unchanged. `takenOver`: the process id of an Envoy that has such pipes already.
 */
export async function openEnvoyOutput(
  folder: string,
  { log, form }: { readonly log: Log; readonly form: LogForm },
  outputs: Pick<Outputs, 'envoy' | 'dropped'>,
  onLog: (piece: Buffer) => void,
  takenOver?: number,
): Promise<EnvoyOutput> {
  const [stdout, stderr] = await Promise.all([
    pipeOf(takenOver, 1) ?? makeFifo(join(folder, 'stdout')),
    pipeOf(takenOver, 2) ?? makeFifo(join(folder, 'stderr')),
  ]);
  const tail = createLogTail();
  const logLines = (lines: Buffer) => {
    const converted = form === 'json' ? jsonLines(lines) : lines;
    tail.add(converted);
    return converted;
  };
  const forward = ({ reader }: Fifo, stream: 'stdout' | 'stderr', convert?: (lines: Buffer) => Buffer) => {
    const onDropped = (bytes: number) => {
      log.warn(
        coded('OUTPUT_DROPPED', { bytes, stream }),
        "dropped some of Envoy's output: its reader is too slow, or the log file could not be written",
      );
    };
    return forwardLines(reader, outputs.envoy(stream), onDropped, convert);
  };
  stderr.reader.on('data', onLog);
  const forwarders = [forward(stdout, 'stdout'), forward(stderr, 'stderr', logLines)];
  return {
    stdoutFd: stdout.writeFd,
    stderrFd: stderr.writeFd,
    dropped: () => forwarders.reduce((sum, forwarder) => sum + forwarder.dropped(), outputs.dropped()),
    logTail: tail.text,
    async close() {
      for (const fifo of [stdout, stderr]) fifo.closeWriteEnd();
      const limit = delay(CLOSE_LIMIT_MS, undefined, { ref: false });
      await Promise.race([Promise.all(forwarders.map(({ done }) => done)), limit]);
      for (const { reader } of [stdout, stderr]) reader.destroy();
    },
  };
}

/** Returns the pipe that Envoy `pid` has as this descriptor, for all further Envoys. Undefined: this system forbids to open it, and its output is lost. */
function pipeOf(pid: number | undefined, descriptor: 1 | 2): Fifo | undefined {
  if (pid === undefined) return undefined;
  try {
    return openFifo(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}
