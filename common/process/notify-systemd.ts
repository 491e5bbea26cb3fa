import { execFile } from 'node:child_process';
import type { Log } from '../log.ts';

/** How long systemd-notify may take, in milliseconds. */
const LIMIT_MS = 10_000;

/** Tells systemd the state of a unit with `Type=notify`. */
export type SystemdNotifier = {
  /** Says that the unit is ready, the first time that it is called. */
  ready(status: string): void;
};

/**
 * Creates the notifier of this process. Without `NOTIFY_SOCKET` (sd_notify(3)), no unit waits, and it does nothing. It runs
 * systemd-notify, because Node has no unix datagram sockets; a failure is logged.
 */
export function createSystemdNotifier(
  { NOTIFY_SOCKET: socket, PATH: path }: Readonly<Record<string, string | undefined>>,
  log: Pick<Log, 'warn'>,
): SystemdNotifier {
  let isSaid = socket === undefined || socket === '';
  return {
    ready(status) {
      if (isSaid) return;
      isSaid = true;
      const env = { NOTIFY_SOCKET: socket, PATH: path ?? '/usr/bin:/bin' };
      execFile('systemd-notify', ['--ready', `--status=${status}`], { env, timeout: LIMIT_MS }, (error) => {
        if (error !== null) log.warn({ err: error }, 'cannot tell systemd that this unit is ready');
      });
    },
  };
}
