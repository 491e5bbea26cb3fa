import { parseSpiffeId } from '../../../common/contracts/spiffe-id.ts';
import { errorText } from '../../../common/error-text.ts';
import type { CertificateLedger } from '../certificate-ledger.ts';
import { IamFailure } from './failure.ts';
import { GRANT_MS, keyOf, type PolicyAnswers } from './policy-answers.ts';
import type { PolicyBindings } from './policy-bindings.ts';
import type { PolicyQuestion } from './simulate.ts';

/** Inputs. */
export type RecheckOptions = {
  readonly ledger: Pick<CertificateLedger, 'list'>;
  readonly bindings: Pick<PolicyBindings, 'questionOf'>;
  readonly answers: Pick<PolicyAnswers, 'ask' | 'latest'>;
  readonly trustDomain: string;
  readonly log: { readonly warn: (fields: object, text: string) => void };
};

/** The first round, in milliseconds after the start: answers of an earlier run are not kept. */
const FIRST_MS = 1000;
/** How often certificates whose answer is old are looked for, in milliseconds, before a jitter of a fifth. */
const EVERY_MS = 10_000;
/** The most questions each time: one a second, because AWS limits the calls of all programs in an account together. */
const MOST_AT_ONCE = 10;

/**
 * Asks AWS IAM again about each role and node with a certificate in use that a policy bound, five minutes after its last answer. So certificates of a
 * policy that was withdrawn lose their streams and renewals. While IAM gives no answer, they stay good.
 */
export function startRecheck(options: RecheckOptions): { readonly close: () => void } {
  let isClosed = false;
  let timer: NodeJS.Timeout;
  const unanswered = new Map<string, number>();
  const plan = (ms: number): void => {
    timer = setTimeout(
      () => void recheck(options, unanswered).finally(() => plan(EVERY_MS)),
      jittered(ms),
    ).unref();
    if (isClosed) clearTimeout(timer);
  };
  plan(FIRST_MS);
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

const jittered = (ms: number): number => ms * (0.8 + Math.random() * 0.4);

/**
 * Runs one round: the oldest answers first. The round ends if IAM does not answer. A question that IAM refuses, or answers in an unusable form, waits
 * five minutes like one with an answer, so that it keeps no other one from its turn. `unanswered`: when IAM refused questions, by their keys, which this
 * changes; `now`: milliseconds of a monotonic clock.
 */
export async function recheck(
  { answers, log, ...options }: RecheckOptions,
  unanswered: Map<string, number> = new Map(),
  now: () => number = () => performance.now(),
): Promise<void> {
  for (const [key, at] of unanswered) if (now() - at >= GRANT_MS) unanswered.delete(key);
  const due = Array.from(questionsOf(options), ([key, question]) => ({
    key,
    question,
    age: answers.latest(question)?.age ?? Infinity,
  }))
    .filter(({ key, age }) => age >= GRANT_MS && !unanswered.has(key))
    .toSorted((a, b) => (a.age === b.age ? 0 : b.age - a.age))
    .slice(0, MOST_AT_ONCE);
  const warn = (error: unknown): void => {
    const reason = error instanceof IamFailure ? error.cause : error;
    log.warn(
      { reason: reason === undefined ? undefined : errorText(reason) },
      `certificates that IAM policies bound stay good: ${errorText(error)}`,
    );
  };
  let isWarned = false;
  for (const { key, question } of due) {
    try {
      await answers.ask(question);
    } catch (error) {
      if (!isWarned) warn(error);
      isWarned = true;
      if (!(error instanceof IamFailure) || error.kind === 'away') return;
      unanswered.set(key, now());
    }
  }
}

/** The questions about certificates in use, each once. */
function questionsOf({
  ledger,
  bindings,
  trustDomain,
}: Pick<RecheckOptions, 'ledger' | 'bindings' | 'trustDomain'>): ReadonlyMap<string, PolicyQuestion> {
  const found = new Map<string, PolicyQuestion>();
  for (const { proof, spiffeId, revoked } of ledger.list()) {
    const proxy = parseSpiffeId(spiffeId, trustDomain);
    if (proxy === undefined || revoked !== undefined || proof?.method !== 'aws iam') continue;
    if (proof.boundBy !== 'iam policy') continue;
    const question = bindings.questionOf(proof, proxy);
    found.set(keyOf(question), question);
  }
  return found;
}
