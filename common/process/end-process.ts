import { setTimeout as delay } from 'node:timers/promises';

/** How long open calls have to finish, in milliseconds. */
const GRACE_MS = 500;

/**
 * Ends this process with an exit code, even if a file system or a name server does not answer. At its exit, Node waits for calls of file
 * systems, possibly forever, and for lookups of names, 10 s with the defaults of resolv.conf(5). execve(2) does not wait. Returns if no
 * such call is open, so that the process ends in the usual way.
 */
export async function endDespiteOpenCalls(code: number): Promise<void> {
  const until = performance.now() + GRACE_MS;
  while (hasOpenCalls()) {
    if (performance.now() >= until) {
      process.execve?.(process.execPath, [process.execPath, '-e', `process.exit(${code})`], {});
      return;
    }
    await delay(20);
  }
}

function hasOpenCalls(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((each) => each.startsWith('FSReq') || each === 'GetAddrInfoReqWrap');
}
