import { setTimeout as sleep } from 'node:timers/promises';
import { takesPlaceOf } from '../../common/certificate-validity.ts';
import type { FileSecret } from '../../common/contracts/file-secret-name.ts';
import { followFiles, type Followed } from '../../common/files/followed-files.ts';
import type { Log } from '../../common/log.ts';
import { SecretFileError } from '../errors.ts';
import { filesOf, secretContent, type SecretContent } from './secret-content.ts';
import { validityProblem } from './validity-problem.ts';

/**
 * How a secret stands: not looked at yet; without files that can be used, so that Envoy does not have it; or in force,
 * with what is wrong with its files since.
 */
export type SecretState =
  | { readonly kind: 'reading' }
  | { readonly kind: 'missing'; readonly problem: string }
  | { readonly kind: 'served'; readonly content: SecretContent; readonly problem: string | undefined };

/** A secret whose files are looked at for as long as it is followed. */
export type FollowedSecret = { readonly state: () => SecretState; readonly close: () => void };

/** How often files are looked at, in milliseconds. */
const INTERVAL_MS = 500;
/** The clock may be set: it is looked at again so often, in milliseconds. */
const LONGEST_TIMER_MS = 3_600_000;

const reading: SecretState = { kind: 'reading' };
const missing = (problem: string): SecretState => ({ kind: 'missing', problem });
const served = (content: SecretContent, problem?: string): SecretState => ({
  kind: 'served',
  content,
  problem,
});

/**
 * Follows the files of a secret, also such as are not there yet; `onChange` is told of each new state. What is valid is not
 * replaced by what has expired, nor by what is not valid yet before it is. The first that is read is taken as it is: callers
 * who hold its time against nothing are served, and the others see why not.
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
  /** Runs while the files hold one that is not valid yet. */
  let untilValid: NodeJS.Timeout | undefined;

  function enter(next: SecretState): void {
    state = next;
    if (!stop.signal.aborted) onChange();
  }

  function waitFor(content: SecretContent): void {
    const wait = content.validity.notBefore - Date.now();
    const look = () => {
      if (content.validity.notBefore > Date.now()) return waitFor(content);
      log.info({ files }, 'a certificate that was not valid yet came into force');
      enter(served(content));
    };
    untilValid = setTimeout(look, Math.min(wait, LONGEST_TIMER_MS)).unref();
  }

  /** @throws SecretFileError where what is in force is better */
  function read(...contents: readonly Buffer[]): SecretContent {
    clearTimeout(untilValid);
    const content = secretContent(name, secret, contents);
    const now = Date.now();
    if (state.kind !== 'served' || takesPlaceOf(state.content.validity, content.validity, now))
      return content;
    if (content.validity.notBefore > now) waitFor(content);
    const what = secret.kind === 'certificate' ? 'its certificate' : 'its authority';
    const problem = validityProblem(what, content.validity, now);
    throw new SecretFileError(secret.chain, `${problem}: the one before stays in force`);
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
            { files, err: error },
            'a certificate cannot be served: its connections are refused until it can',
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
  // It only fails by being stopped.
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
