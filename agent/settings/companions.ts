import { valueOf } from '../../common/settings.ts';
import {
  isReplaced,
  MERGED_FILES,
  type CustomConfigSettings,
  type MergedFile,
} from '../custom-config/custom-config-settings.ts';
import { foreignWordsIn } from '../telemetry/settings/foreign-words.ts';
import { TRACING_SWITCHES } from '../tracing/tracing-settings.ts';
import type { AgentSettings } from './settings.ts';

/** Variables of one feature that have no effect because it is off or replaced. */
export type Idle = { readonly variables: readonly string[]; readonly why: string };

type Group = {
  readonly variables: readonly string[];
  /** Why the variables have no effect; undefined if they have one. */
  readonly why: (settings: AgentSettings) => string | undefined;
};

const SWITCHES = Object.values(TRACING_SWITCHES);
const XRAY = ['XRAY_DAEMON_PORT', 'AWS_XRAY_DAEMON_ADDRESS', 'XRAY_SEGMENT_NAME'];
const SAMPLING = ['XRAY_SAMPLING_RATE', 'XRAY_SAMPLING_RULE_MANIFEST'];

const LOG_FILE = [
  'APPNET_ENVOY_LOG_NAME',
  'APPNET_AGENT_MAX_LOG_FILE_SIZE',
  'APPNET_AGENT_MAX_RETENTION_COUNT',
];

/** Groups that do not concern the bootstrap. */
const OF_THE_AGENT: readonly Group[] = [
  {
    variables: ['DAYBREAK_PROMETHEUS_APP'],
    why: ({ management }) =>
      unless(management.prometheus !== undefined, 'DAYBREAK_PROMETHEUS_ADDRESS is not set'),
  },
  {
    variables: ['DAYBREAK_EGRESS'],
    why: ({ egress, resource, customConfig }) =>
      egress === 'redirect'
        ? undefined
        : customConfig.own !== undefined
          ? 'ENVOY_CONFIG_FILE is the whole bootstrap'
          : unless(resource.kind === 'virtualNode', 'a virtual gateway has no application'),
  },
  {
    variables: LOG_FILE,
    why: ({ logFile }) => unless(logFile !== undefined, 'APPNET_ENVOY_LOG_DESTINATION is not set'),
  },
  {
    variables: ['APPNET_AGENT_ADMIN_UDS_PATH'],
    why: ({ management }) => unless(management.mode.kind === 'uds', 'APPNET_AGENT_ADMIN_MODE is not uds'),
  },
  {
    variables: ['APPNET_AGENT_LOGGING_RESET_TIMEOUT'],
    why: ({ management }) => unless(management.mode.kind !== 'off', 'APPNET_AGENT_ADMIN_MODE is not set'),
  },
];

const GROUPS: readonly Group[] = [
  {
    variables: SWITCHES,
    why: ({ customConfig }) => replacedBy(customConfig, 'ENVOY_TRACING_CFG_FILE'),
  },
  {
    variables: ['ENABLE_ENVOY_STATS_TAGS'],
    why: ({ customConfig }) => replacedBy(customConfig, 'ENVOY_STATS_CONFIG_FILE'),
  },
  {
    variables: ['ENABLE_ENVOY_DOG_STATSD'],
    why: ({ customConfig }) => replacedBy(customConfig, 'ENVOY_STATS_SINKS_CFG_FILE'),
  },
  {
    variables: [...XRAY, ...SAMPLING],
    why: ({ tracing, telemetry }) =>
      unless(
        tracing?.kind === 'xray' || telemetry.traces.exporters.includes('xray-daemon'),
        'ENABLE_ENVOY_XRAY_TRACING is not 1',
      ),
  },
  {
    variables: ['XRAY_SAMPLING_RATE'],
    why: ({ tracing }) =>
      unless(
        tracing?.kind !== 'xray' || tracing.sampling.kind !== 'manifest',
        'XRAY_SAMPLING_RULE_MANIFEST is set',
      ),
  },
  {
    variables: ['DATADOG_TRACER_ADDRESS', 'DATADOG_TRACER_PORT'],
    why: ({ tracing }) => unless(tracing?.kind === 'datadog', 'ENABLE_ENVOY_DATADOG_TRACING is not 1'),
  },
  {
    variables: ['JAEGER_TRACER_ADDRESS', 'JAEGER_TRACER_PORT', 'JAEGER_TRACER_VERSION'],
    why: ({ tracing }) => unless(tracing?.kind === 'jaeger', 'ENABLE_ENVOY_JAEGER_TRACING is not 1'),
  },
  {
    variables: ['OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'],
    why: ({ tracing, telemetry: { traces } }) =>
      unless(
        tracing?.kind === 'opentelemetry' || traces.keepsFailed,
        "Envoy has no tracer of OpenTelemetry's",
      ),
  },
  {
    variables: ['DAYBREAK_TRACES_KEEP_FAILED'],
    why: ({ telemetry }) => unless(telemetry.traces.exporters.length > 0, 'no traces pass through the agent'),
  },
  {
    variables: ['OTEL_PROPAGATORS'],
    why: ({ tracing }) => unless(tracing !== undefined, 'Envoy has no tracer'),
  },
  {
    variables: ['STATSD_ADDRESS', 'STATSD_PORT', 'STATSD_SOCKET_PATH'],
    why: ({ stats, telemetry }) =>
      unless(stats.dogStatsd !== undefined || sendsStatsd(telemetry), 'ENABLE_ENVOY_DOG_STATSD is not 1'),
  },
  {
    variables: ['STATSD_ADDRESS', 'STATSD_PORT'],
    why: ({ stats, telemetry }) =>
      unless(stats.dogStatsd?.kind !== 'pipe' || sendsStatsd(telemetry), 'STATSD_SOCKET_PATH is set'),
  },
];

/** Variables that only a generated bootstrap uses, besides those of `GROUPS`. */
const OF_THE_BOOTSTRAP: readonly string[] = [
  ...MERGED_FILES,
  'APPMESH_SDS_SOCKET_PATH',
  'APPMESH_XDS_ENDPOINT',
  'ENVOY_ADMIN_ACCESS_LOG_FILE',
  'ENVOY_INITIAL_FETCH_TIMEOUT',
  'ENVOY_OUTLIER_DETECTION_EVENT_LOG_PATH',
  'ENVOY_STATS_FLUSH_INTERVAL',
  'MAX_REQUESTS_PER_IO_CYCLE',
];

/**
 * Returns the variables that are set and have no effect with these settings. Each deserves a warning, because the operator expects an
 * effect.
 */
export function idleVariables(
  env: Readonly<Record<string, string | undefined>>,
  settings: AgentSettings,
): readonly Idle[] {
  const setOf = (variables: readonly string[]) => variables.filter((name) => isSet(name, env));
  const idle = (groups: readonly Group[]) =>
    groups.flatMap(({ variables, why }) => {
      const set = setOf(variables);
      const reason = why(settings);
      return set.length === 0 || reason === undefined ? [] : [{ variables: set, why: reason }];
    });
  if (settings.customConfig.own === undefined)
    return [...foreign(env), ...idle([...GROUPS, ...OF_THE_AGENT])];
  const all = new Set([...GROUPS.flatMap(({ variables }) => variables), ...OF_THE_BOOTSTRAP]);
  const replaced = { variables: setOf([...all]), why: 'ENVOY_CONFIG_FILE is the whole bootstrap' };
  return [...(replaced.variables.length === 0 ? [] : [replaced]), ...foreign(env), ...idle(OF_THE_AGENT)];
}

function foreign(env: Readonly<Record<string, string | undefined>>): readonly Idle[] {
  return foreignWordsIn(env).map(({ variable, words }) => ({
    variables: [variable],
    why: `the agent has no ${words.join(', ')}`,
  }));
}

/** Returns whether a variable requests an effect; a switch that is off does not. */
function isSet(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const text = valueOf(name, env);
  return text !== undefined && !/^(?:0|f|false)$/i.test(text);
}

function replacedBy(files: CustomConfigSettings, variable: MergedFile['variable']): string | undefined {
  return isReplaced(files, variable) ? `${variable} is set` : undefined;
}

function sendsStatsd({ metrics }: AgentSettings['telemetry']): boolean {
  return metrics.exporters.some((each) => each === 'statsd' || each === 'dogstatsd');
}

function unless(isUsed: boolean, why: string): string | undefined {
  return isUsed ? undefined : why;
}
