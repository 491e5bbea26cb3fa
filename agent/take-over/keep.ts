import type { Log } from '../../common/log.ts';
import { errorText } from '../../common/error-text.ts';
import { coded } from '../codes.ts';
import { sharedMemoryProblem } from '../reload/shared-memory.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { writeRecord, type ServingEnvoy } from './envoy-record.ts';
import type { Keep } from './guard.ts';
import { startOf, type ProcessIdentity } from './process-start.ts';

/** Keeps Envoy for the next agent: its guard, and the record of the Envoy that serves. */
export type Kept = Keep & {
  /** Writes the record of an agent whose Envoy is not LIVE yet. */
  readonly begins: () => void;
  /** Writes the record of an Envoy that is LIVE. A failure is logged: the next agent then cannot take over. */
  readonly serves: (pid: number, epoch: number) => void;
};

/** Returns this process. */
export function self(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? '0' };
}

/** Keeps the Envoys of `node`, in the agent's folder. */
export function keepEnvoy(keep: Keep, node: string, log: Log): Kept {
  const write = (envoy?: ServingEnvoy): void => {
    try {
      writeRecord(keep.folder, { node, agent: self(), ...(envoy === undefined ? {} : { envoy }) });
    } catch (error) {
      const why = errorText(error);
      log.warn(coded('NO_TAKE_OVER', { folder: keep.folder }), `the next agent cannot take over: ${why}`);
    }
  };
  return {
    ...keep,
    begins: () => write(),
    serves(pid, epoch) {
      const start = startOf(pid);
      if (start !== undefined) write({ pid, start, epoch });
    },
  };
}

/** Returns why Envoy takes no part in hot restarts, or undefined if it does. */
export function whyNoHotRestart({ envoy }: Pick<AgentSettings, 'envoy'>, log: Log): string | undefined {
  if (envoy.disableHotRestart) return 'DISABLE_HOT_RESTART is 1, which is the default';
  const problem = sharedMemoryProblem();
  if (problem !== undefined) log.warn(coded('SHARED_MEMORY'), `Envoy starts without hot restart: ${problem}`);
  return problem;
}
