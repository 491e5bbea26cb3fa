import type { BootstrapOrigin } from '../bootstrap/prepare-bootstrap.ts';
import type { LoopbackBackend } from '../../common/contracts/loopback-backend.ts';
import { describeCause } from '../endings/end-cause.ts';
import { formatGoDuration } from '../settings/parsers/go-duration.ts';
import { UNREACHABLE, type Health } from '../health.ts';
import { currentProblems, type ProblemInput } from '../problems/current-problems.ts';
import { describeOutcome, type ReloadOutcome } from '../reload/reload-outcome.ts';
import type { RelayStatus } from '../relay/relay.ts';
import type { SecretStatus } from '../secrets/secret-status.ts';
import type { StateStatus } from '../state/open-state.ts';
import type { SupervisorState } from '../supervisor/state.ts';
import type { TelemetryStatus } from '../telemetry/telemetry.ts';
import type { LastEnd } from '../supervisor/supervisor-options.ts';

/** Inputs of the status. */
export type StatusInput = ProblemInput & {
  readonly now: Date;
  /** The time since the start of the agent, in milliseconds. */
  readonly uptimeMs: number;
  readonly agent: { readonly version: string; readonly instance: string; readonly node: string };
  /** The last end of an Envoy that no stop signal caused. */
  readonly lastEnd: LastEnd | undefined;
  readonly restarts: { readonly made: number; readonly hangs: number; readonly left: number };
  /** The revision of the control plane's model at the last report that it accepted; undefined if unknown. */
  readonly modelRevision: number | undefined;
  /** Where the last good configuration is kept. */
  readonly state: StateStatus;
  /** Why listeners refuse connections: one text per secret that they wait for. */
  readonly awaited: readonly string[];
  /** How long the control plane may be disconnected before the agent is unhealthy. */
  readonly disconnectedLimitSeconds: number;
  readonly droppedOutputBytes: number;
  readonly bootstrap: BootstrapOrigin;
  /** The backends that the application calls at ports of loopback. */
  readonly backends: readonly LoopbackBackend[];
  /** Why hot restarts are off; undefined if they are possible. */
  readonly hotRestartOff: string | undefined;
  /** Envoy's restart epoch. */
  readonly epoch: number;
  /** Undefined: no telemetry passes through the agent. */
  readonly telemetry: TelemetryStatus | undefined;
};

/** The response to `GET /status`: App Mesh's fields, which are all strings, and this project's under `daybreak`. */
export type Status = ReturnType<typeof status>;

/** Builds the status. Dates are RFC 3339. */
export function status(input: StatusInput) {
  const { now, agent, supervisor, restarts, relay } = input;
  const health = healthOf(supervisor);
  const {
    configuration: _described,
    isFirstRefused: _asStatus,
    connectedMs: _connectedMs,
    disconnectedMs: _disconnectedMs,
    ...connection
  } = relay;
  return {
    healthStatus: healthStatus(input, health),
    agentUptime: formatGoDuration(Math.max(1000, input.uptimeMs)),
    envoyPid: 'pid' in supervisor ? `${supervisor.pid ?? ''}` : '',
    envoyState: supervisor.kind === 'draining' ? 'DRAINING' : health.lifecycle,
    envoyRestartCount: `${restarts.made}`,
    managementServerConnectionStatus: relay.connected ? 'CONNECTED' : 'NOT_CONNECTED',
    ...(relay.disconnectedSince === undefined
      ? {}
      : { managementServerDisconnectedTimestamp: relay.disconnectedSince.toISOString() }),
    envoyReadinessState:
      health.lifecycle === 'LIVE' && input.awaited.length === 0 ? 'INITIALIZED' : 'NOT_INITIALIZED',
    initialConfigUpdateStatus: initialConfig(input, health) ?? '',
    daybreak: {
      ...agent,
      supervisor: describeSupervisor(supervisor),
      reload: describeReload(input),
      restartsLeft: restarts.left,
      hangs: restarts.hangs,
      lastEnd: input.lastEnd && describeEnd(input.lastEnd),
      problems: currentProblems(input),
      configuration: describeConfiguration(relay, now),
      modelRevision: input.modelRevision,
      state: input.state,
      relay: connection,
      notReady: input.awaited,
      certificates: input.secrets.map(describeSecret),
      names: input.names,
      backends: input.backends,
      identity: input.identity,
      application: input.application,
      droppedOutputBytes: input.droppedOutputBytes,
      bootstrap: input.bootstrap,
      leftOut: input.leftOut,
      telemetry: input.telemetry,
    },
  };
}

/**
 * HEALTHY if Envoy is LIVE, did not reject its first configuration, no listener waits for a secret, and the control plane is not
 * disconnected for too long.
 */
function healthStatus(input: StatusInput, health: Health): 'HEALTHY' | 'UNHEALTHY' {
  const { disconnectedMs = 0 } = input.relay;
  const disconnectedTooLong = disconnectedMs > input.disconnectedLimitSeconds * 1000;
  const healthy =
    SERVES.includes(input.supervisor.kind) &&
    health.lifecycle === 'LIVE' &&
    initialConfig(input, health) !== 'UPDATE_FAILED' &&
    input.awaited.length === 0 &&
    !disconnectedTooLong;
  return healthy ? 'HEALTHY' : 'UNHEALTHY';
}

/** Envoy counts a success when the agent finds the accepted resources of a refused first update, but the update remains a failure. */
function initialConfig({ relay }: StatusInput, health: Health): Health['initialConfig'] {
  return relay.isFirstRefused ? 'UPDATE_FAILED' : health.initialConfig;
}

function healthOf(state: SupervisorState): Health {
  return 'health' in state ? state.health : UNREACHABLE;
}

/** States in which Envoy serves. In two of them Envoy has no admin interface, so the health is the last known one. */
const SERVES: readonly SupervisorState['kind'][] = ['running', 'handing-over', 'without-admin'];

function describeReload({ reload, epoch, hotRestartOff, supervisor }: StatusInput) {
  const isBlocked = supervisor.kind === 'without-admin';
  return {
    hotRestart: hotRestartOff === undefined ? (isBlocked ? 'blocked' : 'on') : `off: ${hotRestartOff}`,
    epoch,
    isRunning: reload.isRunning,
    counts: reload.counts,
    last: reload.last && describeLastReload(reload.last),
  };
}

function describeLastReload(outcome: ReloadOutcome) {
  const { at, how, kind } = outcome;
  return { at: at.toISOString(), how, outcome: kind, message: describeOutcome(outcome) };
}

function describeSupervisor(state: SupervisorState) {
  const known = { state: state.kind, since: state.since.toISOString() };
  if (state.kind === 'backing-off') {
    const { code, signal, cause } = state.exit;
    return {
      ...known,
      until: state.until.toISOString(),
      exit: { code, signal, hung: cause.kind === 'hang', cause: cause.kind },
    };
  }
  if (state.kind === 'handing-over') return { ...known, next: state.next };
  if (state.kind === 'running' && state.retiring !== undefined) return { ...known, retiring: state.retiring };
  return state.kind === 'stopped' ? { ...known, reason: state.reason.kind } : known;
}

/** Returns the seconds since Envoy's configuration was live, 0 while it is; undefined without a configuration. */
export function configurationAge({ configuration, disconnectedMs = 0 }: RelayStatus): number | undefined {
  return configuration === 'none' ? undefined : Math.floor(disconnectedMs / 1000);
}

/** Returns `live`, `none`, or `last good of TIME, AGE`; since TIME, the configuration may differ from the control plane's. */
function describeConfiguration(
  { configuration, disconnectedSince, disconnectedMs, acceptedAt }: RelayStatus,
  now: Date,
): string {
  // While a new connection has not confirmed it, the configuration is as old as its last update.
  const since = disconnectedSince ?? acceptedAt;
  if (configuration !== 'last good' || since === undefined) return configuration;
  const age = Math.max(1000, disconnectedMs ?? now.getTime() - since.getTime());
  return `last good of ${since.toISOString()}, ${formatGoDuration(age)}`;
}

function describeEnd({ at, code, signal, cause }: LastEnd) {
  return { at: at.toISOString(), code, signal, cause: cause.kind, message: `Envoy ${describeCause(cause)}` };
}

function describeSecret({ validity, ...secret }: SecretStatus) {
  return {
    ...secret,
    notBefore: validity && new Date(validity.notBefore).toISOString(),
    expires: validity && new Date(validity.notAfter).toISOString(),
  };
}
