import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../common/error-text.ts';
import { coded } from '../codes.ts';
import type { LogFileSettings } from '../settings/log-file-settings.ts';
import type { AgentLog } from './agent-log.ts';
import { createLineQueue } from './line-queue.ts';
import { openLogFile, type LogFile } from './log-file.ts';
import { writeTo, type WriteLines } from './write-lines.ts';

/** Where the output of the agent and Envoy goes: the agent's stdout and stderr, or a log file. */
export type Outputs = {
  /** Sends all further output to a log file. If it cannot be opened, logs that, and changes nothing. */
  useFile(settings: LogFileSettings): Promise<void>;
  /** Returns the writer for Envoy's stdout or stderr, as of now. */
  envoy(stream: 'stdout' | 'stderr'): WriteLines;
  /** Writes the rest of the agent's log, for at most a second. Later lines go to stderr. */
  close(): Promise<void>;
};

const FDS = { stdout: 1, stderr: 2 };
const CLOSE_LIMIT_MS = 1000;

/** Creates outputs that are the agent's stdout and stderr. */
export function createOutputs(agentLog: AgentLog): Outputs {
  const { log } = agentLog;
  let file: LogFile | undefined;
  let closeLog = async () => {};

  return {
    async useFile(settings) {
      try {
        file = await openLogFile(settings, (reason) => {
          const fields = { path: settings.path };
          if (reason === undefined) log.info(fields, 'the log file is written again');
          else
            log.error(
              coded('LOG_FILE', { ...fields, reason }),
              'cannot write the log file; lines of Envoy are dropped',
            );
        });
        closeLog = divertLog(agentLog, file);
      } catch (error) {
        log.error(
          coded('LOG_FILE', { path: settings.path, reason: errorText(error) }),
          'cannot open the log file (APPNET_ENVOY_LOG_DESTINATION): the output goes to stdout and stderr',
        );
      }
    },
    envoy: (stream) => file?.write ?? writeTo(FDS[stream]),
    async close() {
      await Promise.race([closeLog(), delay(CLOSE_LIMIT_MS, undefined, { ref: false })]);
    },
  };
}

/** Has the agent's log written to the file; lines that the file does not take go to stderr. Returns a function that ends this. */
function divertLog(agentLog: AgentLog, file: LogFile): () => Promise<void> {
  const stderr = writeTo(FDS.stderr);
  const write: WriteLines = async (lines) => {
    const lost = await file.write(lines);
    return lost === 0 ? 0 : await stderr(lines.subarray(lines.length - Number(lost)));
  };
  const queue = createLineQueue(write, () => undefined);
  const end = () => {
    agentLog.log.flush();
    agentLog.divert(undefined);
  };
  // After a fault the process ends in the same turn. A line may then be there twice, but none is missing.
  const onExit = () => {
    end();
    const rest = queue.unfinished();
    if (rest.length > 0 && !file.writeNow(rest)) process.stderr.write(rest);
  };
  agentLog.divert((text) => queue.add(Buffer.from(text)));
  process.once('exit', onExit);
  return async () => {
    process.off('exit', onExit);
    end();
    await queue.idle();
    await file.close();
  };
}
