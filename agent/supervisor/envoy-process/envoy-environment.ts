import { XDS_TEXTS } from '../../settings/xds/xds-texts.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that Envoy, its C library and its resolver read. */
const OF_THE_PROCESS: readonly string[] = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'TZ',
  'TZDIR',
  'LANG',
  'LANGUAGE',
  'RES_OPTIONS',
  'LOCALDOMAIN',
  'ENVOY_CGROUP_CPU_DETECTION',
  'ENVOY_NGHTTP2_TRACE',
];

/** Proxy settings. Programs read them in upper or lower case. */
const PROXIES: readonly string[] = ['HTTP_PROXY', 'HTTPS_PROXY', 'GRPC_PROXY', 'ALL_PROXY', 'NO_PROXY'];

/** Prefixes of the locale, OpenTelemetry's resource detector and Datadog's tracer. */
const PREFIXES = /^(?:LC|OTEL|DD)_/;

/** Names that may hold a credential, such as headers of an exporter. Envoy's tracers read none of them. */
const SECRET = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|HEADERS/;

/**
 * Returns the variables of the agent that Envoy gets: those that Envoy and its tracers read, and those of `more`, which the operator named,
 * but never the credentials for the control plane. Others may hold credentials of AWS or the control plane, which Envoy does not need, and
 * which an access log with `%ENVIRONMENT(NAME)%` could reveal.
 */
export function envoyEnvironment(env: Environment, more: readonly string[]): Environment {
  const named = new Set([...OF_THE_PROCESS, ...PROXIES, ...PROXIES.map((name) => name.toLowerCase())]);
  const isForEnvoy = (name: string) =>
    named.has(name) ||
    (more.includes(name) && !XDS_TEXTS.includes(name)) ||
    (PREFIXES.test(name) && !SECRET.test(name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isForEnvoy(name)));
}
