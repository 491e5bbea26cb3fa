import type { EndCause } from '../endings/end-cause.ts';

/** Counts crashes of Envoys that run on a configuration from disk. */
export type CrashWatch = {
  /** Call this when an Envoy starts. */
  readonly begins: () => void;
  /** Call this when an Envoy has ended. Returns whether the configuration from disk is to be set aside now. */
  readonly ended: (cause: EndCause) => boolean;
};

/** Inputs of a crash watch. */
export type CrashWatchOptions = {
  /** Whether Envoy runs on what the agent read from disk, without an answer of the control plane since. */
  readonly isOnStored: () => boolean;
  /** Consecutive restarts before the agent gives up. */
  readonly restarts: number;
  /** Milliseconds. */
  readonly now?: () => number;
};

/** Crashes in a row that a configuration from disk may have. One may be an accident. */
const MOST_CRASHES = 2;
/** An Envoy that has run for longer, in milliseconds, did not crash on what it read at its start. */
const QUICK_MS = 60_000;
/** Signals of a program that fails by itself. SIGKILL comes from others: an operator, or the kernel that needs memory. */
const CRASHES: readonly NodeJS.Signals[] = ['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGFPE', 'SIGBUS', 'SIGTRAP'];

/** Creates a watch. Fewer crashes suffice if the agent would give up before. */
export function createCrashWatch({
  isOnStored,
  restarts,
  now = () => performance.now(),
}: CrashWatchOptions): CrashWatch {
  const most = Math.min(MOST_CRASHES, restarts + 1);
  let startedAt = 0;
  let crashes = 0;
  return {
    begins: () => void (startedAt = now()),
    ended(cause) {
      const isCrash = cause.kind === 'signal' && CRASHES.includes(cause.signal);
      const counts = isCrash && now() - startedAt < QUICK_MS && isOnStored();
      crashes = counts ? crashes + 1 : 0;
      return crashes >= most;
    },
  };
}
