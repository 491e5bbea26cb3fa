import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HotRestart } from '../envoy-process/envoy-command.ts';

/** Chooses Envoy's part in hot restarts, and removes the shared memory that Envoy leaves behind. */
export type BaseIds = {
  /** Returns the part of an Envoy that takes over from no other. Removes the shared memory of the previous series. */
  first(): HotRestart;
  /** Returns the part of the Envoy that takes over from the running one. @throws Error if the running Envoy has no base id */
  next(epoch: number): HotRestart;
  /** Call this when no Envoy runs any more. */
  remove(): void;
};

const SHARED_MEMORY = '/dev/shm';
const NAME = 'envoy_shared_memory_';

/** Creates the base ids of hot restarts. `path`: the file to which Envoy writes its base id. `isOn` false: Envoy takes no part in hot restarts. */
export function createBaseIds(path: string, isOn: boolean, sharedMemory = SHARED_MEMORY): BaseIds {
  function read(): string {
    const text = readFileSync(path, 'utf8').trim();
    if (!/^\d{1,10}$/.test(text)) throw new Error(`${path} has no base id`);
    return text;
  }

  function remove(): void {
    try {
      // Envoy multiplies the base id by ten, to have several names for each.
      rmSync(join(sharedMemory, `${NAME}${BigInt(read()) * 10n}`), { force: true });
      rmSync(path, { force: true });
    } catch {
      // No Envoy has written a base id.
    }
  }

  return {
    first() {
      if (!isOn) return { kind: 'none' };
      remove();
      return { kind: 'first', baseIdPath: path };
    },
    next: (epoch) => ({ kind: 'next', baseId: read(), epoch }),
    remove,
  };
}
