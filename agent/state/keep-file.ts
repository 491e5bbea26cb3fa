import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { withTimeout } from '../../common/limits/with-timeout.ts';
import { writeState } from './write-state.ts';

/** Keeps one file up to date. */
export type FileKeeper = {
  /** The content has changed, so a write is due. */
  changed(): void;
  /** Writes once more if `isLast` is set and there is a content, then never again. Resolves after 2 s at the latest. */
  stop(isLast: boolean): Promise<void>;
  status(): FileKeeperStatus;
};

/** Status of a kept file. */
export type FileKeeperStatus = {
  readonly file: string;
  /** When the last write succeeded. */
  readonly written: Date | undefined;
  /** Why the last write failed. */
  readonly problem: string | undefined;
};

/** Pieces to write one after another; `later`: none now, ask again; `none`: none until the next change. */
export type KeptContent = readonly Uint8Array[] | 'later' | 'none';

/** Inputs of a keeper. */
export type FileKeeperOptions = {
  readonly file: string;
  /** The file's name in log lines, such as `state file`. */
  readonly what: string;
  /** The shortest time from one write to the next, and from a change to its write, in milliseconds. */
  readonly everyMs: number;
  /** Added to `everyMs`: a random share of it up to this one. */
  readonly jitter: number;
  /** How often an unchanged file is written again, in milliseconds, ±10 %. It contains when it was last known to be right. */
  readonly refreshMs: number;
  /** Returns the content to write now. */
  readonly content: () => KeptContent | Promise<KeptContent>;
  readonly log: Log;
};

/** How long a stop waits for the last write, in milliseconds: a network file system may not answer. */
const LAST_WRITE_MS = 2000;
/** How long a write may take before that is a problem, in milliseconds. */
const LONG_WRITE_MS = 10_000;
/** The wait after a failed write, in milliseconds. */
const AFTER_FAILURE_MS = 30_000;

/** Starts to keep a file. Writes nothing before the first change. A write never overlaps another one. */
export function keepFile(options: FileKeeperOptions): FileKeeper {
  const { file, what, everyMs, jitter, refreshMs, content, log } = options;
  let isDue = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let written: Date | undefined;
  let problem: string | undefined;
  const refresh = setInterval(changed, refreshMs * (0.9 + Math.random() * 0.2)).unref();

  /** Takes the current content. Later changes make another write due. */
  async function take(): Promise<KeptContent> {
    isDue = false;
    return content();
  }

  async function write(taken: Promise<KeptContent>): Promise<void> {
    try {
      const pieces = await taken;
      if (pieces === 'later') isDue = true;
      if (pieces === 'later' || pieces === 'none') return;
      await watched(writeState(file, pieces));
      if (problem !== undefined) log.info({ file }, `the ${what} can be written again`);
      written = new Date();
      problem = undefined;
    } catch (error) {
      isDue = true;
      fail(errorText(error));
    }
  }

  function fail(now: string): void {
    if (now !== problem) log.warn({ file, problem: now }, `cannot write the ${what}`);
    problem = now;
  }

  /** A write that does not end is a problem, and stays the only one: it keeps one thread of the pool, and a second would keep another. */
  async function watched(running: Promise<void>): Promise<void> {
    const limit = setTimeout(() => fail('the file system does not answer'), LONG_WRITE_MS).unref();
    await running.finally(() => clearTimeout(limit));
  }

  function changed(): void {
    isDue = true;
    if (isStopped || timer !== undefined || writing !== undefined) return;
    const wait = problem === undefined ? everyMs : Math.max(everyMs, AFTER_FAILURE_MS);
    timer = setTimeout(run, wait * (1 + Math.random() * jitter)).unref();
  }

  function run(): void {
    timer = undefined;
    writing = write(take()).finally(() => {
      writing = undefined;
      if (isDue) changed();
    });
  }

  return {
    changed,
    async stop(isLast) {
      if (isStopped) return;
      isStopped = true;
      clearTimeout(timer);
      clearInterval(refresh);
      if (!isLast && writing === undefined) return;
      // Takes the current content: a later one may lack resources that Envoy drops when it closes its listeners.
      const taken = isLast ? take() : undefined;
      const last = (writing ?? Promise.resolve()).then(() => taken && write(taken));
      await withTimeout(LAST_WRITE_MS, `the ${what} was not written`, last).catch((error: unknown) =>
        log.warn({ file, problem: errorText(error) }, `cannot write the ${what}`),
      );
    },
    status: () => ({ file, written, problem }),
  };
}
