import type { Log } from '../../common/log.ts';
import { coded } from '../codes.ts';
import type { SecretStatus } from './secret-status.ts';
import { formatTime } from './validity-problem.ts';

/**
 * Logs each secret whose state, problem or validity changed. `known`: problems of files, which follow-secret.ts has logged.
 * Returns whether there were any changes.
 */
export function logSecretChanges(
  log: Log,
  before: readonly SecretStatus[],
  after: readonly SecretStatus[],
  known: ReadonlySet<string>,
): boolean {
  const contents = new Map(before.map((each) => [keyOf(each), contentKey(each)]));
  const changed = after.filter((each) => contents.get(keyOf(each)) !== contentKey(each));
  for (const { name, source, state, problem, validity, listeners, clusters } of changed) {
    if (problem !== undefined && known.has(problem)) continue;
    const expires = validity && formatTime(validity.notAfter);
    const facts = { secret: name, source, state, expires, listeners, clusters };
    if (problem !== undefined) {
      log[state === 'served' ? 'warn' : 'error'](coded('SECRET_PROBLEM', facts), `a secret: ${problem}`);
    } else if (state === 'served') log.info(facts, 'a secret is in force');
  }
  return changed.length > 0;
}

function keyOf({ source, name }: SecretStatus): string {
  return `${source} ${name}`;
}

function contentKey({ state, problem, validity }: SecretStatus): string {
  return JSON.stringify({ state, problem, validity });
}
