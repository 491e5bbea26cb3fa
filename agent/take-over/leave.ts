/** Whether this agent ends without ending Envoy. */
export type Leave = {
  /** Aborts when the supervisor is to leave Envoy running. */
  readonly signal: AbortSignal;
  readonly begin: () => void;
  /** Whether Envoy, the agent's folder and the shared memory remain after the agent. */
  readonly isLeft: () => boolean;
  /** Notes that an Envoy was taken over: a failed start of the agent must not end it. */
  readonly takesOver: () => void;
  /** Notes that the supervisor has Envoy, and ends it with the agent. */
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
