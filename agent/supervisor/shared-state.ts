import { starting, type SupervisorState } from './state.ts';

/** The state that the parts of one supervisor share. */
export type SharedState = {
  state: SupervisorState;
  /** The restart epoch of the running Envoy. */
  epoch: number;
  /**
   * When the running Envoy became LIVE, by `performance.now()`; 0 before. Not `state.since`: the machine's clock may be set
   * meanwhile.
   */
  liveFrom: number;
  /** Hangs of Envoy since the agent started. */
  hangs: number;
};

/** Creates the state before the first start. */
export function createSharedState(): SharedState {
  return { state: starting(), epoch: 0, liveFrom: 0, hangs: 0 };
}
