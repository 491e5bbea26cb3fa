import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { OPERATOR_SOCKET } from '../../agent/operator/operator-socket.ts';
import { parentOf } from '../../agent/run-folder.ts';
import { CommandError } from '../errors.ts';

const LIMIT_MS = 2000;

/**
 * Returns the operator's socket of the running agent, in the folder that DAYBREAK_RUN_DIR, else TMPDIR, else /tmp names.
 * @throws CommandError if there is none that this user may open, or more than one
 */
export async function findSocket(env: NodeJS.ProcessEnv): Promise<string> {
  const parent = parentOf(env['DAYBREAK_RUN_DIR']?.trim() || env['TMPDIR']?.trim() || '/tmp');
  const paths = foldersIn(parent).map((name) => join(parent, name, OPERATOR_SOCKET));
  const open = await Promise.all(paths.map(isOpen));
  const [found, ...others] = paths.filter((_, index) => open[index]);
  if (found === undefined) {
    throw new CommandError(
      `found no running agent in ${parent} that uid ${process.getuid?.()} may ask: run this as the agent's user or as root, with its DAYBREAK_RUN_DIR`,
    );
  }
  if (others.length > 0) {
    throw new CommandError(
      `several agents run in ${parent}: choose one by --socket ${[found, ...others].join(' or ')}`,
    );
  }
  return found;
}

function foldersIn(parent: string): readonly string[] {
  try {
    return readdirSync(parent).filter((name) => name.startsWith('daybreak-agent-'));
  } catch {
    return [];
  }
}

/** A killed agent leaves its folder. */
async function isOpen(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
