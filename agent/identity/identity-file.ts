import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { withAwakeTimeout } from '../../common/limits/with-timeout.ts';
import { identityProblem, type HeldIdentity } from './held-identity.ts';
import { graceWindow } from './outage.ts';
import { readOwnFile } from './own-file.ts';

/** The version of the file. */
const FORMAT = 1;
/** How long a folder may take, in milliseconds. A network file system may not answer. */
const LIMIT_MS = 2000;

type Content = { readonly format: number; readonly identity: HeldIdentity };

/** The identity that the last agent of this node left. */
export type KeptIdentity = {
  /**
   * Returns the identity; undefined if there is none that is usable now. Ignores a file that other users can read, because its key is no longer secret.
   * Only the first call logs the reason.
   */
  readonly read: () => Promise<HeldIdentity | undefined>;
};

/** Opens the file of an identity. */
export function keptIdentity(file: string, nodeId: string, log: Log): KeptIdentity {
  let isRead = false;
  return {
    async read() {
      const warn = (problem: string): void => {
        if (!isRead) log.warn({ file, problem }, 'ignoring the kept certificate');
      };
      const found = await readIdentityFile(file, nodeId, warn);
      isRead = true;
      return found;
    },
  };
}

async function readIdentityFile(
  file: string,
  nodeId: string,
  warn: (problem: string) => void,
): Promise<HeldIdentity | undefined> {
  try {
    const content = await withAwakeTimeout(LIMIT_MS, `no answer of ${file}`, readOwnFile(file));
    if (content === undefined) return undefined;
    const { format, identity } = JSON.parse(content) as Content;
    const problem =
      format === FORMAT
        ? identityProblem(identity, nodeId, momentOf(identity, Date.now()))
        : `it has format ${format}`;
    if (problem === undefined) return identity;
    warn(problem);
  } catch (error) {
    warn(errorText(error));
  }
  return undefined;
}

/** Returns the content of the file. */
export function identityContent(identity: HeldIdentity): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, identity } satisfies Content)}\n`);
}

/** The moment to check an identity at: before its end, if the mesh may accept it after that. */
function momentOf(identity: HeldIdentity, now: number): number {
  const { ends, contact } = identity;
  if (now < ends || contact === undefined) return now;
  const window = graceWindow(identity, Math.min(contact, now));
  // A certificate has whole seconds.
  return window === undefined || now >= window.until ? now : ends - 1000;
}
