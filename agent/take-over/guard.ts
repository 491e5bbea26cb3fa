import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { ProcessIdentity } from './process-start.ts';

/** How an Envoy outlives its agent. `folder`: the agent's own. `seconds`: how long Envoy serves on without an agent. */
export type Keep = { readonly folder: string; readonly seconds: number };

/**
 * The program of a guard: it ends Envoy `$1` when its agent has ended, and no other agent has taken Envoy over within `$3` seconds; at once
 * when the agent's folder `$2` is removed, as systemd does when the unit stops. Its stdin is open as long as the agent runs; a line on it
 * says that Envoy has ended. A file in the folder stands for the guard. The process that removes it decides on Envoy: the guard ends it, an
 * agent takes it over. The last guard removes the shared memory, which an Envoy has in common with the one that it replaces.
 */
export const GUARD = `pid=$1 folder=$2 left=$3 lease=$2/guard-$1.$$
start() { IFS= read -r line <"/proc/$pid/stat" && set -- \${line##*) } && [ "$1" != Z ] && echo "\${20}"; }
at=$(start) || exit 0
umask 077
echo "$at" >"$lease"
if read -r word; then rm -f "$lease"; exit 0; fi
id=$(cat "$folder/base-id")
while [ "$left" -gt 0 ] && [ -e "$lease" ]; do
  [ "$(start)" = "$at" ] || break
  sleep 1
  left=$((left - 1))
done
rm "$lease" || [ ! -d "$folder" ] || exit 0
for signal in TERM TERM TERM TERM TERM KILL; do
  [ "$(start)" = "$at" ] || break
  kill -$signal "$pid"
  sleep 1
done
set -- "$folder"/guard-*
[ -z "$id" ] || [ -e "$1" ] || rm -f "/dev/shm/envoy_shared_memory_$((id * 10))"
`;

/**
 * The program that is Envoy's parent, and ends as Envoy does. With hot restart, Envoy has the kernel end it with its parent, so that must
 * not be the agent. `$0` is the agent's process id, then the guard's program, folder and seconds, then Envoy's command. Descriptor 3 is the
 * guard's stdin; Envoy's process id is written to it.
 */
export const KEEPER = `ulimit -c 0
[ "$PPID" = "$0" ] || exit 1
guard=$1 folder=$2 seconds=$3
shift 3
"$@" 3<&- &
pid=$!
exec >/dev/null 2>&1
(sh -c "$guard" guard "$pid" "$folder" "$seconds" <&3 3<&- &)
echo "$pid" >&3
exec 3<&-
wait "$pid"
status=$?
[ "$status" -le 128 ] || kill -$((status - 128)) $$
exit "$status"
`;

/** The running guard of an Envoy. */
export type Guard = {
  /** The process id of the guard; undefined if another process started it, or it could not be started. */
  readonly pid: number | undefined;
  /** Call this when Envoy has ended. */
  readonly release: () => void;
};

/** Returns the guard whose stdin this is. */
export function guardAt(stdin: Writable, pid?: number): Guard {
  stdin.on('error', () => undefined);
  return { pid, release: () => void stdin.end('done\n') };
}

/** Starts a guard for an Envoy that was taken over. */
export function startGuard(pid: number, { folder, seconds }: Keep): Guard {
  const guard = spawn('sh', ['-c', GUARD, 'guard', `${pid}`, folder, `${seconds}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return guardAt(guard.stdin, guard.pid);
}

/** An Envoy with a guard. It may have ended. */
export type Guarded = ProcessIdentity & {
  /** The file that stands for its guard; its name ends with the guard's process id. */
  readonly path: string;
  /** Claims the decision about Envoy from its guard. Returns false if the guard or another agent was faster. */
  readonly take: () => boolean;
};

/** Returns the Envoys that have a guard in this folder. */
export function guardedIn(folder: string): readonly Guarded[] {
  return readdirSync(folder).flatMap((name) => {
    const pid = Number(/^guard-(\d+)\.\d+$/.exec(name)?.[1] ?? 0);
    if (pid === 0) return [];
    const path = join(folder, name);
    return [{ pid, start: contentOf(path), path, take: () => remove(path) }];
  });
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function remove(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}
