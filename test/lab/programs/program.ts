import { createWriteStream, openSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { HOST_ENV, inside, type Identity } from '../inside.ts';
import { createTail } from '../tail.ts';

const STOP_LIMIT_MS = 120_000;
const LINE_LIMIT_MS = 120_000;
/** How often a program that has ended is asked for further output, and the pause before each time, in milliseconds. */
const LAST_LOOKS = 10;
const LAST_LOOK_MS = 10;

/** How a program ended: exactly one of the two is set. */
export type Exit = { readonly code: number | undefined; readonly signal: string | undefined };

/** Options of a long-running program. */
export type ProgramOptions = Identity & {
  /** The whole environment, except PATH and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** A file that also receives all of its output. */
  readonly log?: string;
};

/** A program that runs on a host until it is stopped, or ends by itself. */
export type Program = {
  readonly name: string;
  readonly pid: number;
  /** Settles when the program has ended; never rejects. */
  readonly ended: Promise<Exit>;
  /** How the program ended; undefined while it runs. */
  exit(): Exit | undefined;
  /** The end of its output, at most 1 MiB per stream. */
  stdout(): string;
  stderr(): string;
  /**
   * Waits for the first line on stdout or stderr that matches, including lines already written.
   * @throws Error, with the end of its output, if the program ends first or `limitMs` (default 120,000) expires.
   */
  line(wanted: RegExp, limitMs?: number): Promise<string>;
  /** Sends a signal; does nothing once the program has ended. */
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL after `limitMs` (default 120,000). */
  stop(limitMs?: number): Promise<Exit>;
};

/**
 * Starts a program inside a namespace.
 * @throws Error if the program cannot be started at all.
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
  const logFile = log === undefined ? undefined : createWriteStream(log, { fd: openSync(log, 'a') });
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
 * Waits for the end of the process itself, and briefly for the end of its output: a child that outlives the process may hold its pipes open.
 */
async function endOf(child: ChildProcess): Promise<Exit> {
  const closed = once(child, 'close');
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  const isClosed = new AbortController();
  void closed.then(() => isClosed.abort());
  // After a pause of this process itself, one long timer would be over before the output is read.
  for (let look = 0; look < LAST_LOOKS && !isClosed.signal.aborted; look += 1) {
    await Promise.race([closed, sleep(LAST_LOOK_MS)]);
    await setImmediate();
  }
  return { code: code ?? undefined, signal: signal ?? undefined };
}
