import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { errorText } from '../../common/error-text.ts';
import { bindingProblem, type NodeBinding } from './node-binding.ts';
import { decodeState, StateFormatError, type StoredConfig } from './state-format.ts';
import { errorCode } from '../../common/error-code.ts';

/** Outcome of reading a state file. `why` completes "the state file …". */
export type StateReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly config: StoredConfig }
  | { readonly kind: 'refused'; readonly why: string; readonly isDamaged: boolean };

/** Required protection of a state file. `own`: only this user has access. `shared`: others may read it, but not write it. */
export type StateAccess = 'own' | 'shared';

const REFUSED_MODE: Readonly<Record<StateAccess, number>> = { own: 0o077, shared: 0o022 };
const LARGEST_FILE = 256 * 1024 * 1024;

/**
 * Reads the state of a node. Refuses a link, anything but a regular file, a file of another user than this one or root, one that
 * others have access to, and a content that is damaged or another node's. Never rejects.
 */
export async function readState(file: string, access: StateAccess, own: NodeBinding): Promise<StateReading> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return { kind: 'none' };
    return refused(code === 'ELOOP' ? 'is a link' : `cannot be opened: ${errorText(error)}`);
  }
  try {
    const problem = accessProblem(await handle.stat(), access);
    if (problem !== undefined) return refused(problem);
    const config = decodeState(await handle.readFile());
    const mismatch = bindingProblem(config.binding, own);
    return mismatch === undefined ? { kind: 'read', config } : refused(mismatch);
  } catch (error) {
    if (!(error instanceof StateFormatError)) return refused(`cannot be read: ${errorText(error)}`);
    return refused(error.message, error.kind === 'damaged');
  } finally {
    await handle.close().catch(() => undefined);
  }
}

type Facts = { isFile(): boolean; readonly uid: number; readonly mode: number; readonly size: number };

function accessProblem(facts: Facts, access: StateAccess): string | undefined {
  if (!facts.isFile()) return 'is not a regular file';
  const uid = process.geteuid?.();
  if (facts.uid !== uid && facts.uid !== 0) return `belongs to uid ${facts.uid}, not to ${uid} or root`;
  const mode = facts.mode & 0o777;
  if ((mode & REFUSED_MODE[access]) !== 0) {
    const what = access === 'own' ? 'read or write' : 'write';
    return `has mode 0${mode.toString(8)}: other users can ${what} it`;
  }
  return facts.size > LARGEST_FILE ? `is larger than ${LARGEST_FILE} bytes` : undefined;
}

function refused(why: string, isDamaged = false): StateReading {
  return { kind: 'refused', why, isDamaged };
}
