import { setTimeout as sleep } from 'node:timers/promises';
import { takesPlaceOf } from '../../common/certificate-validity.ts';
import type { FileSecret } from '../../common/contracts/file-secret-name.ts';
import { followFiles, type Followed } from '../../common/files/followed-files.ts';
import type { Log } from '../../common/log.ts';
import { SecretFileError } from '../errors.ts';
import { filesOf, secretContent, type SecretContent } from './secret-content.ts';
import { validityProblem } from './validity-problem.ts';
import { coded } from '../codes.ts';

/**
 * State of a secret. `reading`: its files were not read yet. `missing`: its files are unusable, so Envoy does not have it. `served`: in
 * force; `problem` describes the fault of newer files.
 */
export type SecretState =
  | { readonly kind: 'reading' }
  | { readonly kind: 'missing'; readonly problem: string }
  | { readonly kind: 'served'; readonly content: SecretContent; readonly problem: string | undefined };

/** A secret whose files are watched until `close`. */
export type FollowedSecret = { readonly state: () => SecretState; readonly close: () => void };

/** Poll interval of the files, in milliseconds. */
const INTERVAL_MS = 500;
/** Longest timer in milliseconds. The clock may be set meanwhile, so it is read again at least this often. */
const LONGEST_TIMER_MS = 3_600_000;

const reading: SecretState = { kind: 'reading' };
const missing = (problem: string): SecretState => ({ kind: 'missing', problem });
const served = (content: SecretContent, problem?: string): SecretState => ({
  kind: 'served',
  content,
  problem,
});

/**
 * Watches the files of a secret, including missing ones, and calls `onChange` after each new state. An expired certificate does not
 * replace a valid one, and one that is not yet valid replaces it only once it is. The first certificate is accepted regardless of its
 * validity: callers that do not check validity are served, and the others see the reason.
 */
export function followSecret(
  name: string,
  secret: FileSecret,
  log: Log,
  onChange: () => void,
): FollowedSecret {
  const files = filesOf(secret);
  const stop = new AbortController();
  let state = reading;
  let followed: Followed<SecretContent> | undefined;
  /** Runs while the files hold a certificate that is not yet valid. */
  let untilValid: NodeJS.Timeout | undefined;

  function enter(next: SecretState): void {
    state = next;
    if (!stop.signal.aborted) onChange();
  }

  function waitFor(content: SecretContent): void {
    const wait = content.validity.notBefore - Date.now();
    const look = () => {
      if (content.validity.notBefore > Date.now()) return waitFor(content);
      log.info({ files }, 'a certificate became valid and is now in force');
      enter(served(content));
    };
    untilValid = setTimeout(look, Math.min(wait, LONGEST_TIMER_MS)).unref();
  }

  /** @throws SecretFileError if the content is invalid, or the one in force is better */
  function read(...contents: readonly Buffer[]): SecretContent {
    clearTimeout(untilValid);
    const content = secretContent(name, secret, contents);
    const now = Date.now();
    if (state.kind !== 'served' || takesPlaceOf(state.content.validity, content.validity, now))
      return content;
    if (content.validity.notBefore > now) waitFor(content);
    const what = secret.kind === 'certificate' ? 'its certificate' : 'its authority';
    const problem = validityProblem(what, content.validity, now);
    throw new SecretFileError(secret.chain, `${problem}: the previous one stays in force`);
  }

  function open(): Promise<Followed<SecretContent>> {
    return followFiles({
      what: 'certificate files',
      files,
      read,
      log,
      interval: INTERVAL_MS,
      onReading(outcome, error) {
        if (outcome === 'refused' && state.kind === 'served') enter(served(state.content, text(error)));
      },
    });
  }

  async function follow(): Promise<void> {
    while (followed === undefined && !stop.signal.aborted) {
      try {
        followed = await open();
      } catch (error) {
        const problem = text(error);
        if (state.kind !== 'missing' || state.problem !== problem) {
          log.error(
            coded('SECRET_PROBLEM', { files, err: error }),
            'cannot serve a certificate: connections that need it are refused until its files are fixed',
          );
          enter(missing(problem));
        }
        await sleep(INTERVAL_MS, undefined, { ref: false, signal: stop.signal });
      }
    }
    if (stop.signal.aborted) return followed?.close();
    followed?.onChange((content) => enter(served(content)));
    if (followed !== undefined) enter(served(followed.current()));
  }
  // Rejects only when stopped.
  follow().catch(() => undefined);

  return {
    state: () => state,
    close() {
      stop.abort();
      clearTimeout(untilValid);
      followed?.close();
    },
  };
}

function text(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
