import { ProxyinitError } from '../errors.ts';
import type { Owner } from './probes.ts';

/**
 * Runs `work`, in which sockets are made, as somebody else: the rules ask who made a socket. The sockets have to be made before
 * the promise is fulfilled.
 * @throws ProxyinitError where this process may not become somebody else
 */
export async function asOwner<T>({ uid, gid }: Owner, work: () => T): Promise<T> {
  const { geteuid, getegid, seteuid, setegid } = process;
  if (!geteuid || !getegid || !seteuid || !setegid) throw new TypeError('this is no Unix');
  const [uidBefore, gidBefore] = [geteuid(), getegid()];
  try {
    setegid(gid);
    seteuid(uid);
    const result = work();
    // A connection to an address, without a name to look up, is begun in the next tick.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    return result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    const message = `verify has to open connections as uid ${uid}, gid ${gid}: run it as root, with SETUID and SETGID`;
    throw new ProxyinitError('NET_ADMIN_MISSING', message, { cause: error });
  } finally {
    seteuid(uidBefore);
    setegid(gidBefore);
  }
}
