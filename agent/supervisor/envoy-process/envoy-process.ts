import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { programMissing } from '../../errors.ts';
import { GUARD, guardAt, KEEPER, type Keep } from '../../take-over/guard.ts';
import { signalProcess, startOf } from '../../take-over/process-start.ts';
import { stopProcess } from './stop-process.ts';

/** How a process ended: with a code, or by a signal. */
export type Exit = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The process has not ended yet although it got this signal: it waits in the kernel. */
  readonly isStuck?: true;
};

/** A started Envoy process. */
export type EnvoyProcess = {
  readonly pid: number;
  /** Resolves when the process has ended in any way. */
  readonly exited: Promise<Exit>;
  /** Sends SIGTERM, and SIGKILL after `stopLimitMs`. Resolves when the process has ended, or five seconds after SIGKILL. */
  stop(): Promise<Exit>;
};

/** The process to start. The file descriptors become its stdout and stderr. */
export type EnvoyCommand = {
  readonly binary: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdoutFd: number;
  readonly stderrFd: number;
  /** Undefined: Envoy ends with the agent. */
  readonly keep?: Keep | undefined;
  /** How long Envoy has to end after SIGTERM, which usually takes milliseconds. Default: 5 s. */
  readonly stopLimitMs?: number;
};

/**
 * Starts Envoy so that the kernel kills it when the agent dies in any way or, with `keep`, so that a guard ends it some time later. Envoy
 * gets its own session, so that Ctrl-C in a terminal reaches only the agent, which drains first.
 */
export async function startEnvoy(command: EnvoyCommand): Promise<EnvoyProcess> {
  const { keep } = command;
  const words = [command.binary, ...command.args];
  const isKept = keep !== undefined && hasShell();
  const child = spawn('setpriv', isKept ? keptBy(process.pid, keep, words) : boundTo(process.pid, words), {
    env: command.env,
    stdio: ['ignore', command.stdoutFd, command.stderrFd, ...(isKept ? ['pipe' as const] : [])],
    detached: true,
  });
  const kept = isKept ? child.stdio[3] : undefined;
  const guard = kept instanceof Socket ? guardAt(kept) : undefined;
  const started = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<Exit>();
  child.on('spawn', () => started.resolve(child.pid ?? 0));
  child.on('error', (cause) => started.reject(programMissing('setpriv', 'util-linux', cause)));
  child.on('exit', (code, signal) => {
    guard?.release();
    ended.resolve({ code, signal });
  });
  const own = await started.promise;
  const pid =
    kept instanceof Socket ? await Promise.race([pidFrom(kept), ended.promise.then(() => own)]) : own;
  // An Envoy that is left for the next agent must not keep this process running.
  if (kept instanceof Socket) {
    child.unref();
    kept.unref();
  }
  const start = startOf(pid) ?? '';
  const signal = (name: NodeJS.Signals) =>
    pid === own ? child.kill(name) : signalProcess({ pid, start }, name);
  return {
    pid,
    exited: ended.promise,
    async stop() {
      const exit = await stopProcess({ signal, exited: ended.promise, stopLimitMs: command.stopLimitMs });
      // An Envoy that waits in the kernel must not keep this process running.
      if (exit.isStuck === true) child.unref();
      return exit;
    },
  };
}

/** Returns the process id of Envoy, which its parent writes. */
async function pidFrom(kept: Socket): Promise<number> {
  const [line] = (await once(kept, 'data')) as [Buffer];
  return Number(line.toString());
}

/** Disables core files, which would contain keys. Does not start Envoy if the agent died before `--pdeathsig` was set. */
const SCRIPT = 'ulimit -c 0; [ "$PPID" = "$0" ] && exec "$@"';

/**
 * The same for an image without a shell, which leaves a gap before `--pdeathsig` is set. The gap is harmless in a container, because the
 * container ends with the agent.
 */
const WITHOUT_SHELL = ['prlimit', '--core=0'];

/**
 * Returns arguments for `setpriv` that run `command` only while its parent is the process `agentPid`, and that keep it from gaining
 * privileges by set-user-ID bits or file capabilities. `shell`: whether there is a shell.
 */
export function boundTo(agentPid: number, command: readonly string[], shell = hasShell()): readonly string[] {
  const bound = shell ? ['sh', '-c', SCRIPT, `${agentPid}`] : WITHOUT_SHELL;
  return ['--no-new-privs', '--pdeathsig', 'KILL', ...bound, ...command];
}

/**
 * Returns arguments for `setpriv` that run `command` under a parent that outlives the agent, with a guard, while its parent is the process
 * `agentPid`, and without further privileges.
 */
function keptBy(agentPid: number, keep: Keep, command: readonly string[]): readonly string[] {
  const guard = [GUARD, keep.folder, `${keep.seconds}`];
  return ['--no-new-privs', 'sh', '-c', KEEPER, `${agentPid}`, ...guard, ...command];
}

/** Whether there is a shell. A slim image has none. */
function hasShell(): boolean {
  return existsSync('/bin/sh');
}

/** Describes how a process ended, e.g. `was killed by SIGSEGV`. */
export function describeExit({ code, signal, isStuck }: Exit): string {
  if (isStuck === true) return 'waits in the kernel, which does not end it';
  return signal === null ? `ended with code ${code}` : `was killed by ${signal}`;
}
