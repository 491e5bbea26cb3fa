import type { ApplicationProblem } from '../application/watch-application.ts';
import type { IdentityStatus } from '../identity/identity.ts';
import type { Problem } from '../problems/current-problems.ts';
import type { RelayStatus } from '../relay/relay.ts';
import type { SecretStatus } from '../secrets/secret-status.ts';
import type { TelemetryStatus } from '../telemetry/telemetry.ts';
import { counter, gauge, metric, type Sample } from './metric-text.ts';
import type { Status } from './status.ts';
import { telemetryMetrics } from './telemetry-metrics.ts';

/** Inputs of the metrics. */
export type MetricsInput = {
  readonly agent: { readonly version: string; readonly node: string };
  readonly healthStatus: Status['healthStatus'];
  /** Seconds since the control plane was last connected, 0 while it is; undefined without a configuration. */
  readonly configurationAgeSeconds: number | undefined;
  readonly restarts: { readonly made: number; readonly hangs: number };
  readonly secrets: readonly SecretStatus[];
  readonly application: readonly ApplicationProblem[];
  readonly relay: RelayStatus;
  readonly problems: readonly Problem[];
  readonly identity: IdentityStatus | undefined;
  readonly droppedOutputBytes: number;
  /** Reports to the control plane that were not sent, because an earlier one still waits. */
  readonly skippedReports: number;
  /** Undefined: no telemetry passes through the agent. */
  readonly telemetry: TelemetryStatus | undefined;
  /** Reloads by outcome. */
  readonly reloads: Readonly<Record<string, number>>;
  /** Envoy's restart epoch. */
  readonly epoch: number;
};

/** Renders the agent's own metrics in Prometheus's text format. Envoy's metrics are in its admin interface. */
export function agentMetrics(input: MetricsInput): string {
  const { agent, healthStatus, configurationAgeSeconds: age, restarts, secrets, application } = input;
  const expiry = secrets.flatMap(({ name, source, validity }): Sample[] =>
    validity === undefined ? [] : [[{ name, source }, Math.floor(validity.notAfter / 1000)]],
  );
  const state = secrets.map(
    (each): Sample => [{ name: each.name, source: each.source, state: each.state }, 1],
  );
  const problem = secrets.map(
    (each): Sample => [{ name: each.name, source: each.source }, each.problem === undefined ? 0 : 1],
  );
  return [
    gauge('daybreak_agent_info', 'The version and the node.', [
      [{ version: agent.version, node: agent.node }, 1],
    ]),
    gauge('daybreak_agent_healthy', 'Whether healthStatus is HEALTHY.', [
      [{}, healthStatus === 'HEALTHY' ? 1 : 0],
    ]),
    gauge(
      'daybreak_agent_configuration_age_seconds',
      'Time since the control plane was last connected, with the configuration that Envoy runs on.',
      age === undefined ? [] : [[{}, age]],
    ),
    counter('daybreak_agent_envoy_restarts_total', 'Restarts of Envoy.', restarts.made),
    counter('daybreak_agent_envoy_hangs_total', 'Envoys that did not answer and were ended.', restarts.hangs),
    metric(
      'counter',
      'daybreak_agent_reloads_total',
      'Reloads by their outcome.',
      Object.entries(input.reloads).map(([outcome, count]): Sample => [{ outcome }, count]),
    ),
    gauge('daybreak_agent_envoy_epoch', 'Hot restarts since the last full start of Envoy.', [
      [{}, input.epoch],
    ]),
    counter(
      'daybreak_agent_dropped_output_bytes_total',
      "Bytes of Envoy's output that were dropped.",
      input.droppedOutputBytes,
    ),
    counter(
      'daybreak_agent_skipped_reports_total',
      'Reports that were not sent, because an earlier one still waits for the control plane.',
      input.skippedReports,
    ),
    gauge('daybreak_agent_secret_expiry_timestamp_seconds', 'When a secret expires.', expiry),
    gauge('daybreak_agent_secret_state', 'The state of a secret, as in /status.', state),
    gauge('daybreak_agent_secret_problem', 'Whether there is something wrong with a secret.', problem),
    gauge(
      'daybreak_agent_application_problem',
      'A port of the virtual node whose application cannot be reached.',
      application.map(({ port }): Sample => [{ port: String(port) }, 1]),
    ),
    ...relayMetrics(input),
    ...telemetryMetrics(input.telemetry),
    gauge(
      'daybreak_agent_identity_expiry_timestamp_seconds',
      'When the certificate of this node ends.',
      input.identity?.ends === undefined ? [] : [[{}, Math.floor(Date.parse(input.identity.ends) / 1000)]],
    ),
    gauge(
      'daybreak_agent_identity_accepts_expired',
      'Whether expired certificates of the mesh are accepted, because no control plane answers for long.',
      input.identity === undefined ? [] : [[{}, input.identity.acceptsExpiredUntil === undefined ? 0 : 1]],
    ),
    gauge('daybreak_agent_problem', 'A current problem, by its code.', problemSamples(input.problems)),
  ].join('');
}

function relayMetrics({ relay }: MetricsInput): readonly string[] {
  const { connected, acceptedAt, refusals } = relay;
  return [
    gauge('daybreak_agent_control_plane_connected', 'Whether the control plane is connected.', [
      [{}, connected ? 1 : 0],
    ]),
    gauge(
      'daybreak_agent_configuration_timestamp_seconds',
      'When Envoy accepted an update of its configuration last.',
      acceptedAt === undefined ? [] : [[{}, Math.floor(acceptedAt.getTime() / 1000)]],
    ),
    counter('daybreak_agent_configuration_refusals_total', 'NACKs of Envoy.', refusals),
  ];
}

/** One sample for each code. */
function problemSamples(problems: readonly Problem[]): readonly Sample[] {
  const codes = new Set(problems.map(({ code }) => code));
  return [...codes].toSorted().map((code): Sample => [{ code }, 1]);
}
