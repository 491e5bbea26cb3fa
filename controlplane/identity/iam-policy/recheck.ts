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
  const plan = (ms: number): void => {
    timer = setTimeout(() => void recheck(options).finally(() => plan(EVERY_MS)), jittered(ms)).unref();
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

/** Runs one round: the oldest answers first. A failure ends the round. */
export async function recheck({ answers, log, ...options }: RecheckOptions): Promise<void> {
  const due = [...questionsOf(options).values()]
    .map((question) => ({ question, age: answers.latest(question)?.age ?? Infinity }))
    .filter(({ age }) => age >= GRANT_MS)
    .toSorted((a, b) => (a.age === b.age ? 0 : b.age - a.age))
    .slice(0, MOST_AT_ONCE);
  try {
    for (const { question } of due) await answers.ask(question);
  } catch (error) {
    const reason = error instanceof IamFailure ? error.cause : error;
    log.warn(
      { reason: reason === undefined ? undefined : errorText(reason) },
      `certificates that IAM policies bound stay good: ${errorText(error)}`,
    );
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
