import { createLog, LOG_FORMS, type Log, type LogForm, type LogLevel } from '../../common/log.ts';
import { oneOf } from '../../common/settings.ts';
import { createLogTail, type LogTail } from './log-tail.ts';

/** The agent's log with its newest part, and the format of its lines and of Envoy's. */
export type AgentLog = {
  readonly log: Log;
  readonly form: LogForm;
  readonly tail: LogTail;
  /** From now on, passes whole lines to `write`; undefined: to stderr again. */
  divert(write: ((text: string) => void) | undefined): void;
};

/**
 * Creates the agent's log, before the settings are read: their problems are its first lines. The form is that of `DAYBREAK_LOG_FORMAT`; default,
 * also for an invalid value, which the settings reject: text on a terminal, else JSON.
 */
export function createAgentLog(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean = process.stderr.isTTY,
): AgentLog {
  const parsed = oneOf(...LOG_FORMS)(env['DAYBREAK_LOG_FORMAT']?.trim() ?? '');
  const standard = isTerminal ? 'text' : 'json';
  const form = 'value' in parsed ? parsed.value : standard;
  const tail = createLogTail();
  let other: ((text: string) => void) | undefined;
  const divert = (text: string) => {
    other?.(text);
    return other !== undefined;
  };
  return {
    log: createLog('agent', 'info', { form, onText: tail.add, divert }),
    form,
    tail,
    divert: (write) => void (other = write),
  };
}

/** Envoy's levels as levels of the agent's log. Also with `off`, the agent says why it ends. */
export const AGENT_LEVELS = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  off: 'fatal',
} as const satisfies Readonly<Record<string, LogLevel>>;
