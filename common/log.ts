import { pino, destination, type Logger } from 'pino';

/** A structured log: one JSON line an event, on stderr, because stdout is for results. */
export type Log = Logger;

/** The levels a log can be set to, least to most. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** How much a log says. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A log for one program; `program` stands on every line. Default level: info. */
export function createLog(program: string, level: LogLevel = 'info'): Log {
  return pino(
    { level, base: { program }, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    destination({ fd: 2, sync: true }),
  );
}
