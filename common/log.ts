import { pino, destination, stdSerializers, type Logger, type SerializedError } from 'pino';

/** A structured log: one JSON line an event, on stderr, because stdout is for results. */
export type Log = Logger;

/** The levels a log can be set to, least to most. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** How much a log says. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A log for one program; `program` stands on every line. Default level: info. Lines of one turn go out together. An error under
 * `err` has its stack at the level debug only.
 */
export function createLog(program: string, level: LogLevel = 'info'): Log {
  const log: Log = pino(
    {
      level,
      base: { program },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      serializers: { err: (error: unknown) => errorFields(error, log.isLevelEnabled('debug')) },
    },
    inTurns(destination({ fd: 2, sync: true })),
  );
  return log;
}

function errorFields(error: unknown, withStack: boolean): unknown {
  if (!(error instanceof Error)) return error;
  const fields = stdSerializers.err(error);
  return withStack ? fields : withoutStack(fields);
}

function withoutStack(fields: SerializedError): object {
  const { aggregateErrors } = fields;
  const within = aggregateErrors === undefined ? {} : { aggregateErrors: aggregateErrors.map(withoutStack) };
  return { ...fields, stack: undefined, ...within };
}

/** What is kept at most before it goes out, in characters. */
const MOST_WAITING = 64 * 1024;

/** pino's number of the level `error`. */
const ERROR = 50;

type Output = { write(text: string): void; lastLevel?: number };

/**
 * Writes all that was logged in a turn of the event loop in one go, at its end: a thousand proxies that connect are some lines
 * each, and a write costs more than a line. An error goes out when it is logged, with what is before it; the rest, at the latest,
 * when the process ends, unless it is killed.
 */
function inTurns(output: Output): Output {
  let waiting = '';
  const flush = (): void => {
    const text = waiting;
    waiting = '';
    if (text !== '') output.write(text);
  };
  let isFirst = true;
  const stream = {
    // So pino tells the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      if (isFirst) process.once('exit', flush);
      isFirst = false;
      if (waiting === '') setImmediate(flush);
      waiting += line;
      if (stream.lastLevel >= ERROR || waiting.length > MOST_WAITING) flush();
    },
  };
  return stream;
}
