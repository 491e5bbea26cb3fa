/**
 * The configuration that Envoy runs on: the control plane's, since Envoy accepted its first update or had all of it; one from before the
 * connection was lost; or none yet.
 */
export type ConfigurationState = 'live' | 'last good' | 'none';

/** Facts for `configurationState`. */
export type ConfigurationFacts = {
  readonly isEmpty: boolean;
  readonly connectedSince: Date | undefined;
  /** The time since then, in milliseconds. */
  readonly connectedMs: number | undefined;
  readonly acceptedAt: Date | undefined;
  /** Whether an update of the control plane waits for Envoy's answer. */
  readonly isPending: boolean;
};

/** After this time without an update of a connected control plane, Envoy has its configuration, in milliseconds. */
const SETTLE_MS = 2000;

/** Returns which configuration Envoy runs on. */
export function configurationState(facts: ConfigurationFacts): ConfigurationState {
  const { isEmpty, connectedSince, connectedMs = 0, acceptedAt, isPending } = facts;
  if (isEmpty) return 'none';
  if (connectedSince === undefined) return 'last good';
  if (acceptedAt === undefined) return 'none';
  if (acceptedAt >= connectedSince) return 'live';
  // A control plane sends nothing to an Envoy that has its configuration already.
  const isSettled = !isPending && connectedMs >= SETTLE_MS;
  return isSettled ? 'live' : 'last good';
}
