import { spawn } from 'node:child_process';
import { programMissing } from '../errors.ts';

/** How a process ended: with a code, or by a signal. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** One Envoy that was started. */
export type EnvoyProcess = {
  readonly pid: number;
  /** Resolves when it has ended, however. */
  readonly exited: Promise<Exit>;
  /** SIGTERM, and SIGKILL where that is not enough. */
  stop(): Promise<Exit>;
};

/** What to start. The descriptors become its stdout and stderr. */
export type EnvoyCommand = {
  readonly binary: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdoutFd: number;
  readonly stderrFd: number;
  /** How long it may take to end after SIGTERM; it needs milliseconds. Default: 5 s. */
  readonly stopLimitMs?: number;
};

const STOP_LIMIT_MS = 5000;

/**
 * Starts Envoy so that the kernel kills it when the agent dies, however that happens. It gets a session of its own, for a
 * terminal's Ctrl-C must reach the agent alone, which drains first.
 */
export async function startEnvoy(command: EnvoyCommand): Promise<EnvoyProcess> {
  const child = spawn('setpriv', boundTo(process.pid, [command.binary, ...command.args]), {
    env: command.env,
    stdio: ['ignore', command.stdoutFd, command.stderrFd],
    detached: true,
  });
  const started = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<Exit>();
  child.on('spawn', () => started.resolve(child.pid ?? 0));
  child.on('error', (cause) => started.reject(programMissing('setpriv', 'util-linux', cause)));
  child.on('exit', (code, signal) => ended.resolve({ code, signal }));
  return {
    pid: await started.promise,
    exited: ended.promise,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), command.stopLimitMs ?? STOP_LIMIT_MS);
      const exit = await ended.promise;
      clearTimeout(timer);
      return exit;
    },
  };
}

/** No core file, in which there would be keys; no start where the agent was killed before the kernel knew of `--pdeathsig`. */
const SCRIPT = 'ulimit -c 0; [ "$PPID" = "$0" ] && exec "$@"';

/**
 * Arguments for `setpriv` that run `command` under the condition that its parent is, and stays, the process `agentPid`, without
 * a way to more privileges, such as a program with a set-user-ID bit or file capabilities.
 */
export function boundTo(agentPid: number, command: readonly string[]): readonly string[] {
  return ['--no-new-privs', '--pdeathsig', 'KILL', 'sh', '-c', SCRIPT, `${agentPid}`, ...command];
}

/** The end of a process in words, e.g. `was killed by SIGSEGV`. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `ended with code ${code}` : `was killed by ${signal}`;
}
