/** How a command is run on a host. */
export type Identity = {
  /** The user to run as, its group the same number, without other groups. Default: root. */
  readonly uid?: number;
};

/**
 * The command line that runs a command inside a namespace. Every program in it replaces the one before, so the process is
 * ours: its number, its exit code, and its end, for the kernel kills it when we die.
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

/** What every program on a host starts with: of the environment of the tests themselves it sees nothing. */
export const HOST_ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
};
