import { setTimeout as delay } from 'node:timers/promises';

/** How long calls of file systems have to finish, in milliseconds. */
const GRACE_MS = 500;

/**
 * Ends this process with an exit code, even if a file system does not answer. Node waits for calls of file systems at its exit, for ever if
 * need be; execve(2) does not. Returns if no such call is open, so that the process ends in the usual way.
 */
export async function endDespiteFiles(code: number): Promise<void> {
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
  return process.getActiveResourcesInfo().some((each) => each.startsWith('FSReq'));
}
