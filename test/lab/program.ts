import { createWriteStream } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOST_ENV, inside, type Identity } from './inside.ts';
import { createTail } from './tail.ts';

const STOP_LIMIT_MS = 10_000;
const LINE_LIMIT_MS = 20_000;
const LAST_WORDS_MS = 100;

/** How a program ended: exactly one of the two. */
export type Exit = { readonly code: number | undefined; readonly signal: string | undefined };

/** What a long-running program is started with. */
export type ProgramOptions = Identity & {
  /** Its whole environment, beside PATH and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** A file that gets all of its output as well. */
  readonly log?: string;
};

/** A program that runs on a host until it is stopped, or ends by itself. */
export type Program = {
  readonly name: string;
  readonly pid: number;
  /** Settles when it has ended; never rejects. */
  readonly ended: Promise<Exit>;
  /** How it ended; undefined while it runs. */
  exit(): Exit | undefined;
  /** The end of what it wrote, at most 1 MiB of each. */
  stdout(): string;
  stderr(): string;
  /**
   * Waits for the first line on stdout or stderr that matches, also one that is there already.
   * @throws Error, with the end of its output, when it ends first or `limitMs` (default 20,000) is over.
   */
  line(wanted: RegExp, limitMs?: number): Promise<string>;
  /** Sends a signal; does nothing once it has ended. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `limitMs` (default 10,000). */
  stop(limitMs?: number): Promise<Exit>;
};

/**
 * Starts a program inside a namespace.
 * @throws Error where it cannot be started at all.
 */
export function startProgram(
  namespace: string,
  name: string,
  command: string,
  args: readonly string[],
  { env = {}, log, uid }: ProgramOptions,
): Program {
  const [file, ...words] = inside(namespace, command, args, uid === undefined ? {} : { uid });
  const child = spawn(file, words, { env: { ...HOST_ENV, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name}: ${file} cannot be started`);
  const stdout = createTail();
  const stderr = createTail();
  const logFile = log === undefined ? undefined : createWriteStream(log, { flags: 'a' });
  const watchers = new Set<() => void>();
  for (const [stream, tail] of [
    [child.stdout, stdout],
    [child.stderr, stderr],
  ] as const) {
    stream.on('data', (chunk: Buffer) => {
      tail.append(chunk);
      logFile?.write(chunk);
      for (const look of watchers) look();
    });
  }
  let exit: Exit | undefined;
  const ended = endOf(child).then((how) => {
    exit = how;
    for (const look of watchers) look();
    return how;
  });
  child.on('close', () => logFile?.end());
  const output = () => `${stdout.text()}${stderr.text()}`;

  const program: Program = {
    name,
    pid,
    ended,
    exit: () => exit,
    stdout: () => stdout.text(),
    stderr: () => stderr.text(),
    line(wanted, limitMs = LINE_LIMIT_MS) {
      return new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          clearTimeout(timer);
          watchers.delete(look);
          act();
        };
        const fail = (what: string) =>
          settle(() => reject(new Error(`${name} ${what} without a line like ${wanted}\n${output()}`)));
        const look = () => {
          const found = output()
            .split('\n')
            .find((line) => wanted.test(line));
          if (found !== undefined) settle(() => resolve(found));
          else if (exit !== undefined) fail(`ended with ${exit.signal ?? `exit ${exit.code}`}`);
        };
        const timer = setTimeout(() => fail(`ran ${limitMs} ms`), limitMs);
        watchers.add(look);
        look();
      });
    },
    kill(signal) {
      if (exit === undefined) child.kill(signal);
    },
    async stop(limitMs = STOP_LIMIT_MS) {
      program.kill('SIGTERM');
      const timer = setTimeout(() => program.kill('SIGKILL'), limitMs);
      try {
        return await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
  return program;
}

/**
 * The end of the process itself, and of its output if that comes soon: a child it leaves behind may hold its pipes open for
 * as long as it likes.
 */
async function endOf(child: ChildProcess): Promise<Exit> {
  const closed = once(child, 'close');
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  const patience = new AbortController();
  await Promise.race([
    closed,
    sleep(LAST_WORDS_MS, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
  return { code: code ?? undefined, signal: signal ?? undefined };
}
