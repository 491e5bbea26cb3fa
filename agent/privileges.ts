import type { Log } from '../common/log.ts';
import { coded } from './codes.ts';
import { cannotDropPrivileges } from './errors.ts';

/**
 * Switches from root to `user` permanently and drops all supplementary groups; does nothing for other users. The redirect rules exempt
 * only that user, and Envoy can reopen only files that it owns. Call this before opening any file or socket.
 * @throws AgentError
 */
export function dropPrivileges(user: { readonly uid: number; readonly gid: number }, log: Log): void {
  const current = process.getuid?.();
  if (current === 0 && user.uid !== 0) {
    try {
      process.setgroups?.([]);
      process.setgid?.(user.gid);
      process.setuid?.(user.uid);
    } catch (cause) {
      throw cannotDropPrivileges(user.uid, user.gid, cause);
    }
  } else if (current !== user.uid) {
    log.warn(
      coded('UID_UNEXPECTED', { uid: current, expected: user.uid }),
      `running as uid ${current}: redirect rules that exempt uid ${user.uid} would send Envoy's own traffic back to Envoy`,
    );
  }
}
