/** Whether this agent ends without ending Envoy. */
export type Leave = {
  /** Aborts when the supervisor is to leave Envoy running. */
  readonly signal: AbortSignal;
  readonly begin: () => void;
  /** Whether Envoy, the agent's folder and the shared memory remain after the agent. */
  readonly isLeft: () => boolean;
  /** An Envoy was taken over, which a start that fails does not end. */
  readonly takesOver: () => void;
  /** From now on, Envoy is the supervisor's. */
  readonly supervises: () => void;
};

/** Creates the state of an agent that has no Envoy yet. */
export function createLeave(): Leave {
  const controller = new AbortController();
  let isUnsupervised = false;
  return {
    signal: controller.signal,
    begin: () => controller.abort(),
    isLeft: () => isUnsupervised || controller.signal.aborted,
    takesOver: () => void (isUnsupervised = true),
    supervises: () => void (isUnsupervised = false),
  };
}
