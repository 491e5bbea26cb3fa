import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { withTimeout } from '../../common/limits/with-timeout.ts';
import { writeState } from '../state/write-state.ts';
import type { HeldIdentity } from './held-identity.ts';
import { identityContent } from './identity-file.ts';

/** How long a write is waited for, in milliseconds. A network file system may not answer. */
const LIMIT_MS = 2000;

/**
 * Returns a function that writes an identity to the file, mode 0600, whole or not at all, and that resolves when it is written, has failed, or
 * has taken two seconds. Writes never overlap, so an earlier identity never replaces a later one; of several that wait, the last one is written.
 */
export function createIdentityKeeper(
  file: string,
  log: Log,
  write: (file: string, pieces: readonly Uint8Array[]) => Promise<void> = writeState,
): (identity: HeldIdentity) => Promise<void> {
  let due: HeldIdentity | undefined;
  let writing: Promise<void> | undefined;

  async function writeDue(): Promise<void> {
    while (due !== undefined) {
      const content = identityContent(due);
      due = undefined;
      await write(file, [content]).catch(warn);
    }
  }

  function warn(error: unknown): void {
    log.warn({ file, problem: errorText(error) }, 'the certificate is kept in memory alone');
  }

  return (identity) => {
    due = identity;
    writing ??= writeDue().finally(() => {
      writing = undefined;
    });
    return withTimeout(LIMIT_MS, `no answer of ${file}`, writing).catch(warn);
  };
}
