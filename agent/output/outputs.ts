import { errorText } from '../../common/error-text.ts';
import { withAwakeTimeout, withTimeout } from '../../common/limits/with-timeout.ts';
import { coded } from '../codes.ts';
import type { LogFileSettings } from '../settings/log-file-settings.ts';
import type { AgentLog } from './agent-log.ts';
import { createLineQueue } from '../../common/output/line-queue.ts';
import { openLogFile, type LogFile, type OnProblem } from './log-file.ts';
import { openOutput, type ReadOutput } from '../../common/output/open-output.ts';
import { writeTo, type WriteLines } from '../../common/output/write-lines.ts';

/** Where the output of the agent and Envoy goes: the agent's stdout and stderr, or a log file. */
export type Outputs = {
  /** Sends all further output to a log file. If it cannot be opened, logs that, and changes nothing. */
  useFile(settings: LogFileSettings): Promise<void>;
  /** Returns the current writer for Envoy's stdout or stderr. */
  envoy(stream: 'stdout' | 'stderr'): WriteLines;
  /** Bytes of the agent's own log that were dropped, because the output did not accept them. */
  dropped(): number;
  /** Writes the rest of the agent's log, for at most a second. Later lines go to stderr. */
  close(): Promise<void>;
};

/** How long the file system of the log file has to answer, in milliseconds. */
const OPEN_LIMIT_MS = 2000;
const CLOSE_LIMIT_MS = 1000;

/**
 * Creates outputs that are the agent's stdout and stderr. If stderr is a pipe or a socket, its reader cannot stop the agent: lines wait in a queue,
 * and more are dropped.
 */
export function createOutputs(agentLog: AgentLog): Outputs {
  const { log } = agentLog;
  const pipes = { stdout: openOutput(1), stderr: openOutput(2) };
  const standard = {
    stdout: pipes.stdout?.write ?? writeTo(1),
    stderr: inTurn(pipes.stderr?.write ?? writeTo(2)),
  };
  let file: LogFile | undefined;
  const { stderr } = pipes;
  const last = stderr && ((text: string) => stderr.writeNow(Buffer.from(text)));
  let diverted = stderr && divertLog(agentLog, { ...stderr, write: standard.stderr }, last);

  const endDiversion = () =>
    withTimeout(CLOSE_LIMIT_MS, 'not written', diverted?.end() ?? Promise.resolve()).catch(() => undefined);

  return {
    async useFile(settings) {
      try {
        const opened = await openInTime(settings, (reason) => {
          const fields = { path: settings.path };
          if (reason === undefined) log.info(fields, 'the log file is written again');
          else
            log.error(
              coded('LOG_FILE', { ...fields, reason }),
              'cannot write the log file; lines of Envoy are dropped',
            );
        });
        await endDiversion();
        file = opened;
        diverted = divertLog(agentLog, toFile(opened, standard.stderr), last);
      } catch (error) {
        log.error(
          coded('LOG_FILE', { path: settings.path, reason: errorText(error) }),
          'cannot open the log file (APPNET_ENVOY_LOG_DESTINATION): the output goes to stdout and stderr',
        );
      }
    },
    envoy: (stream) => file?.write ?? standard[stream],
    dropped: () => diverted?.dropped() ?? 0,
    async close() {
      await endDiversion();
      await withTimeout(CLOSE_LIMIT_MS, 'not closed', file?.close() ?? Promise.resolve()).catch(
        () => undefined,
      );
    },
  };
}

/** Opens the log file, unless its file system does not answer: a network file system whose server is away. */
async function openInTime(settings: LogFileSettings, onProblem: OnProblem): Promise<LogFile> {
  const opening = openLogFile(settings, onProblem);
  try {
    return await withAwakeTimeout(OPEN_LIMIT_MS, 'no answer', opening);
  } catch (error) {
    void opening.then((late) => late.close()).catch(() => undefined);
    throw error;
  }
}

/** Lets the agent's log and Envoy write one after the other, so that their lines do not mix. */
function inTurn(write: WriteLines): WriteLines {
  let last: Promise<unknown> = Promise.resolve();
  return (lines) => {
    const written = last.then(() => write(lines));
    last = written;
    return written;
  };
}

/** Lines that the file does not take go to stderr. */
function toFile(file: LogFile, stderr: WriteLines): ReadOutput {
  return {
    async write(lines) {
      const lost = await file.write(lines);
      return lost === 0 ? 0 : await stderr(lines.subarray(lines.length - Number(lost)));
    },
    writeNow: (lines) => void (file.writeNow(lines) || process.stderr.write(lines)),
  };
}

type Diversion = { readonly dropped: () => number; readonly end: () => Promise<void> };

/** Redirects the agent's log from stderr to an output until `end`, and to `afterwards` from then on; undefined: stderr. */
function divertLog(
  agentLog: AgentLog,
  { write, writeNow }: ReadOutput,
  afterwards: ((text: string) => void) | undefined,
): Diversion {
  const queue = createLineQueue(write, (bytes) => {
    agentLog.log.warn(
      coded('OUTPUT_DROPPED', { bytes, stream: 'log' }),
      "dropped some of the agent's log: its reader is too slow",
    );
  });
  const end = () => {
    agentLog.log.flush();
    agentLog.divert(afterwards);
  };
  // After a fault the process ends in the same turn. Then a line may be written twice, but no line is missing.
  const onExit = () => {
    end();
    const rest = queue.unfinished();
    if (rest.length > 0) writeNow(rest);
  };
  agentLog.divert((text) => queue.add(Buffer.from(text)));
  process.once('exit', onExit);
  return {
    dropped: () => queue.dropped(),
    async end() {
      process.off('exit', onExit);
      end();
      await queue.idle();
    },
  };
}
