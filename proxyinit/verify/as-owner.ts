import { ProxyinitError } from '../errors.ts';
import type { Owner } from './probes.ts';
import { errorCode } from '../../common/error-code.ts';

/**
 * Runs `work` as another user and group, because owner rules match the creator of a socket. `work` must create its sockets before the
 * promise is fulfilled.
 * @throws ProxyinitError if this process may not switch users
 */
export async function asOwner<T>({ uid, gid }: Owner, work: () => T): Promise<T> {
  const { geteuid, getegid, seteuid, setegid } = process;
  if (!geteuid || !getegid || !seteuid || !setegid) throw new TypeError('this platform has no user ids');
  const [uidBefore, gidBefore] = [geteuid(), getegid()];
  try {
    setegid(gid);
    seteuid(uid);
    const result = work();
    // A connection to an IP address starts in the next tick.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    return result;
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
    const message = `verify has to open connections as uid ${uid}, gid ${gid}: run it as root, with SETUID and SETGID`;
    throw new ProxyinitError('NET_ADMIN_MISSING', message, { cause: error });
  } finally {
    seteuid(uidBefore);
    setegid(gidBefore);
  }
}
