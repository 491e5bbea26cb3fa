import { pino, destination, stdSerializers, type Logger, type SerializedError } from 'pino';
import { createTimestamp } from './log-timestamp.ts';
import { textLine } from './log-text.ts';

/** A structured log: one line per event on stderr, because stdout is for results. */
export type Log = Logger;

/** Log levels, from the least verbose to the most. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** Verbosity of a log. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The forms of a line: a JSON object, or text for people. */
export const LOG_FORMS = ['json', 'text'] as const;

/** The form of a line. */
export type LogForm = (typeof LOG_FORMS)[number];

/** Options of the output of a log. */
export type LogOutput = {
  /** Default: `json`. */
  readonly form?: LogForm;
  /** Receives the same text as stderr: whole lines. */
  readonly onText?: (text: string) => void;
  /** Writes the text somewhere else than to stderr, and returns whether it has. */
  readonly divert?: (text: string) => boolean;
};

/**
 * Creates a log. Every line has the fields `level` (in Envoy's words: `info`, `warning`, `error`, `critical`, …), `program`, `time` and `msg`.
 * Default level: info. Writes the lines of some milliseconds together. An error in the field `err` has its stack only at the debug level.
 */
export function createLog(
  program: string,
  level: LogLevel = 'info',
  { form, onText, divert }: LogOutput = {},
): Log {
  const stderr = destination({ fd: 2, sync: true });
  const log: Log = pino(
    {
      level,
      base: { program },
      timestamp: createTimestamp(),
      formatters: { level: (label) => ({ level: ENVOY_WORDS[label] ?? label }) },
      serializers: { err: (error: unknown) => errorFields(error, log.isLevelEnabled('debug')) },
    },
    batched({
      write(lines) {
        const text = form === 'text' ? textLines(lines) : lines;
        if (divert?.(text) !== true) stderr.write(text);
        onText?.(text);
      },
    }),
  );
  return log;
}

/** Levels whose name differs in Envoy's log, so that one query finds the lines of both. */
const ENVOY_WORDS: Readonly<Record<string, string>> = { warn: 'warning', fatal: 'critical' };

function textLines(lines: string): string {
  return lines.trimEnd().split('\n').map(textLine).join('');
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

/** Bounds of the buffer: characters, and milliseconds. */
const MAX_BUFFERED = 64 * 1024;
const BUFFERED_MS = 10;

/** pino's number of the level `error`. */
const ERROR = 50;

type Output = { write(text: string): void; lastLevel?: number };

/**
 * Writes the lines of 10 ms at once: a thousand connecting proxies log several lines each, and a write costs more than a line. An
 * error is written immediately, with the lines before it. The rest is written at the latest when the process exits, unless it is killed.
 */
function batched(output: Output): Output {
  let buffer = '';
  const flush = (): void => {
    const text = buffer;
    buffer = '';
    if (text !== '') output.write(text);
  };
  let isFirst = true;
  const stream = {
    // With this symbol, pino sets `lastLevel` before each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    // pino calls this for its own `flush`.
    flush,
    write(line: string) {
      if (isFirst) process.once('exit', flush);
      isFirst = false;
      if (buffer === '') setTimeout(flush, BUFFERED_MS).unref();
      buffer += line;
      if (stream.lastLevel >= ERROR || buffer.length > MAX_BUFFERED) flush();
    },
  };
  return stream;
}
