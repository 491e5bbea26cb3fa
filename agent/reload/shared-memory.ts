import { accessSync, constants } from 'node:fs';
import { errorCode } from '../../common/error-code.ts';

/**
 * Returns why Envoy cannot take part in hot restarts here, or undefined if it can. It keeps a hundred bytes of shared memory in `/dev/shm`, and
 * aborts at its start if it cannot.
 */
export function sharedMemoryProblem(folder = '/dev/shm'): string | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const why = errorCode(error) ?? 'unknown';
    return `uid ${process.getuid?.()} cannot write to ${folder} (${why}), where Envoy keeps the shared memory of hot restarts`;
  }
}
