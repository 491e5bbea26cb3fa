import type { AgentSettings } from './settings.ts';

/** Variables of one feature that have no effect because it is off or replaced. */
export type Idle = { readonly variables: readonly string[]; readonly why: string };

type Group = {
  readonly variables: readonly string[];
  /** Why they have no effect, or undefined if they have. */
  readonly why: (settings: AgentSettings) => string | undefined;
};

const XRAY = ['XRAY_DAEMON_PORT', 'AWS_XRAY_DAEMON_ADDRESS', 'XRAY_SEGMENT_NAME'];
const SAMPLING = ['XRAY_SAMPLING_RATE', 'XRAY_SAMPLING_RULE_MANIFEST'];

const GROUPS: readonly Group[] = [
  {
    variables: [...XRAY, ...SAMPLING],
    why: ({ tracing }) => unless(tracing?.kind === 'xray', 'ENABLE_ENVOY_XRAY_TRACING is not 1'),
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
    variables: ['STATSD_ADDRESS', 'STATSD_PORT', 'STATSD_SOCKET_PATH'],
    why: ({ stats }) => unless(stats.dogStatsd !== undefined, 'ENABLE_ENVOY_DOG_STATSD is not 1'),
  },
  {
    variables: ['STATSD_ADDRESS', 'STATSD_PORT'],
    why: ({ stats }) => unless(stats.dogStatsd?.kind !== 'pipe', 'STATSD_SOCKET_PATH is set'),
  },
];

/** Returns the variables that are set and have no effect with these settings, for a warning each: the operator expects one. */
export function idleVariables(
  env: Readonly<Record<string, string | undefined>>,
  settings: AgentSettings,
): readonly Idle[] {
  return GROUPS.flatMap(({ variables, why }) => {
    const set = variables.filter((name) => (env[name]?.trim() ?? '') !== '');
    const reason = why(settings);
    return set.length === 0 || reason === undefined ? [] : [{ variables: set, why: reason }];
  });
}

function unless(isUsed: boolean, why: string): string | undefined {
  return isUsed ? undefined : why;
}
