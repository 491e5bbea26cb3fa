import type { Log } from '../common/log.ts';
import { cannotDropPrivileges } from './errors.ts';

/**
 * Root becomes `user`, for good, groups and all; nobody else changes. The redirect rules let that user out and no other,
 * and Envoy can reopen only what is its own. Call it before anything is opened.
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
      { uid: current, expected: user.uid },
      `runs as uid ${current}; redirect rules that let uid ${user.uid} out would send its traffic back to Envoy`,
    );
  }
}
