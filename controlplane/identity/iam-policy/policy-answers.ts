import { createSemaphore } from '../../../common/limits/semaphore.ts';
import { IamFailure } from './failure.ts';
import type { PolicyQuestion, Simulate } from './simulate.ts';
import type { Verdict } from './verdict.ts';

/** Answers of AWS IAM, kept for a while. */
export type PolicyAnswers = {
  /** Returns a fresh answer: one that is known, or IAM's. Equal questions at the same time are asked once. @throws IamFailure */
  readonly ask: (question: PolicyQuestion) => Promise<Verdict>;
  /** Returns the latest answer, however old, and its age in milliseconds; undefined if there is none. */
  readonly latest: (
    question: PolicyQuestion,
  ) => { readonly verdict: Verdict; readonly age: number } | undefined;
  /** Calls `listener` after a refusal that no refusal was before, and after its end. */
  readonly onChange: (listener: () => void) => () => void;
};

/** How long an `allowed` counts, in milliseconds: so long a policy that was withdrawn still allows. */
export const GRANT_MS = 5 * 60_000;
/** How long a refusal counts, in milliseconds: so long a new policy may still be without effect. */
const DENIAL_MS = 30_000;
/** Time-out of one question, with all of its requests, in milliseconds. Agents wait for 20 s. */
const QUESTION_MS = 10_000;
/** Questions at once: AWS limits the calls of all programs in an account together. */
const MOST_AT_ONCE = 4;
/** Questions that wait. */
const MOST_WAITING = 128;
const MOST_KEPT = 10_000;

/** Creates an empty table of answers. `now`: milliseconds of a monotonic clock. */
export function createPolicyAnswers(
  simulate: Simulate,
  now: () => number = () => performance.now(),
): PolicyAnswers {
  /** The oldest answer first. */
  const known = new Map<string, { readonly at: number; readonly verdict: Verdict }>();
  const asked = new Map<string, Promise<Verdict>>();
  const listeners = new Set<() => void>();
  const semaphore = createSemaphore(MOST_AT_ONCE);

  async function answer(key: string, question: PolicyQuestion): Promise<Verdict> {
    const signal = AbortSignal.timeout(QUESTION_MS);
    const verdict = await semaphore(async () => {
      if (signal.aborted) throw new IamFailure('away', 'AWS IAM is too slow for the questions that wait');
      return simulate(question, signal);
    });
    const before = known.get(key)?.verdict;
    known.delete(key);
    known.set(key, { at: now(), verdict });
    const [oldest] = known.keys();
    if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
    if ((before?.kind ?? 'allowed') !== verdict.kind) for (const listener of listeners) listener();
    return verdict;
  }

  return {
    ask(question) {
      const key = keyOf(question);
      const found = known.get(key);
      if (found !== undefined && now() - found.at < (found.verdict.kind === 'allowed' ? GRANT_MS : DENIAL_MS))
        return Promise.resolve(found.verdict);
      const pending = asked.get(key);
      if (pending !== undefined) return pending;
      if (asked.size >= MOST_AT_ONCE + MOST_WAITING)
        return Promise.reject(new IamFailure('away', 'too many questions wait for AWS IAM'));
      const own = answer(key, question).finally(() => asked.delete(key));
      asked.set(key, own);
      return own;
    },
    latest(question) {
      const found = known.get(keyOf(question));
      return found && { verdict: found.verdict, age: now() - found.at };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Returns the whole question as JSON: no two questions share a key, also if a question gets further members. */
export function keyOf(question: PolicyQuestion): string {
  return JSON.stringify(Object.entries(question).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
