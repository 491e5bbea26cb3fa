import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { programMissing } from '../../errors.ts';

/** How a process ended: with a code, or by a signal. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A started Envoy process. */
export type EnvoyProcess = {
  readonly pid: number;
  /** Resolves when the process has ended in any way. */
  readonly exited: Promise<Exit>;
  /** Sends SIGTERM, and SIGKILL after `stopLimitMs`. Resolves when the process has ended. */
  stop(): Promise<Exit>;
};

/** The process to start. The file descriptors become its stdout and stderr. */
export type EnvoyCommand = {
  readonly binary: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdoutFd: number;
  readonly stderrFd: number;
  /** How long Envoy has to end after SIGTERM, which usually takes milliseconds. Default: 5 s. */
  readonly stopLimitMs?: number;
};

const STOP_LIMIT_MS = 5000;

/**
 * Starts Envoy so that the kernel kills it when the agent dies in any way. Envoy gets its own session, so that Ctrl-C in a terminal
 * reaches only the agent, which drains first.
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

/** Disables core files, which would contain keys. Does not start Envoy if the agent died before `--pdeathsig` was set. */
const SCRIPT = 'ulimit -c 0; [ "$PPID" = "$0" ] && exec "$@"';

/**
 * The same in an image without a shell, but for the moment before `--pdeathsig` is set. That is harmless in a container: it ends with the agent.
 */
const WITHOUT_SHELL = ['prlimit', '--core=0'];

/**
 * Returns arguments for `setpriv` that run `command` only while its parent is the process `agentPid`, and that keep it from gaining
 * privileges by set-user-ID bits or file capabilities. `shell`: whether there is a shell.
 */
export function boundTo(
  agentPid: number,
  command: readonly string[],
  shell = existsSync('/bin/sh'),
): readonly string[] {
  const bound = shell ? ['sh', '-c', SCRIPT, `${agentPid}`] : WITHOUT_SHELL;
  return ['--no-new-privs', '--pdeathsig', 'KILL', ...bound, ...command];
}

/** Describes how a process ended, e.g. `was killed by SIGSEGV`. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `ended with code ${code}` : `was killed by ${signal}`;
}
