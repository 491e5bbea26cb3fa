/** The identity that a command runs with on a host. */
export type Identity = {
  /** The user to run as; the group has the same number, and there are no supplementary groups. Default: root. */
  readonly uid?: number;
};

/**
 * Returns the command line that runs a command inside a namespace. Each program in it replaces the one before (exec), so the process is our child: we
 * have its pid and its exit code, and the kernel kills it when we die.
 */
export function inside(
  namespace: string,
  command: string,
  args: readonly string[],
  { uid }: Identity = {},
): [string, ...string[]] {
  const user = uid === undefined ? [] : ['--reuid', `${uid}`, '--regid', `${uid}`, '--clear-groups'];
  return [
    'ip',
    'netns',
    'exec',
    namespace,
    'setpriv',
    '--pdeathsig',
    'KILL',
    ...user,
    '--',
    command,
    ...args,
  ];
}

/** The initial environment of every program on a host, which does not inherit the environment of the tests. */
export const HOST_ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
};
