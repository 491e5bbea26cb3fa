import { tooManyRequests } from '../../http/errors.ts';
import { deleteFirst } from './sessions.ts';

/** The most failed attempts within a window, and the window, in milliseconds. */
const MOST_FAILURES = 5;
const WINDOW = 60_000;
/** The most sources that are remembered; a further one drops the oldest. */
const MOST_SOURCES = 10_000;

/** Counts failed attempts to sign in, by their source. */
export type Failures = {
  /** @throws ApiError TooManyRequestsException if the source has failed five times within a minute */
  requireFew(source: string): void;
  add(source: string): void;
};

/** Creates an empty count. `monotonic`: milliseconds of a clock that never jumps. */
export function createFailures(monotonic: () => number): Failures {
  const bySource = new Map<string, readonly number[]>();
  const recent = (source: string): readonly number[] =>
    (bySource.get(source) ?? []).filter((at) => monotonic() - at < WINDOW);
  return {
    requireFew(source) {
      const times = recent(source);
      const [first] = times;
      if (first === undefined || times.length < MOST_FAILURES) return;
      const seconds = Math.max(1, Math.ceil((first + WINDOW - monotonic()) / 1000));
      throw tooManyRequests(
        `${MOST_FAILURES} attempts to sign in from this address failed within a minute. Try again in ${seconds} s.`,
        seconds,
      );
    },
    add(source) {
      const times = [...recent(source), monotonic()];
      bySource.delete(source);
      bySource.set(source, times);
      if (bySource.size > MOST_SOURCES) deleteFirst(bySource);
    },
  };
}
