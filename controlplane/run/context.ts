import type { Log } from '../../common/log.ts';
import type { ControlPlaneSettings } from '../settings.ts';

/** Inputs of each step of a start. `opened`: closes what the steps opened, in reverse order. */
export type Context = {
  readonly settings: ControlPlaneSettings;
  readonly log: Log;
  readonly opened: AsyncDisposableStack;
  /** Bytes of the log that were dropped, because its output did not accept them. */
  readonly droppedLogBytes: () => number;
};
