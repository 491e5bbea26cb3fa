type Environment = Readonly<Record<string, string | undefined>>;

/** What Envoy itself, its C library and its resolver read. */
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

/** Proxy settings, which are read in either case. */
const PROXIES: readonly string[] = ['HTTP_PROXY', 'HTTPS_PROXY', 'GRPC_PROXY', 'ALL_PROXY', 'NO_PROXY'];

/** The locale, and what OpenTelemetry's detector and Datadog's tracer read. */
const PREFIXES = /^(?:LC|OTEL|DD)_/;

/** Such a name holds a credential, or may, as the headers of an exporter do; Envoy's tracers read none of them. */
const SECRET = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|HEADERS/;

/**
 * The variables of the agent that Envoy gets: by name those that Envoy and its tracers read, and those of `more`, which an operator
 * named. The others hold credentials of AWS and of the control plane, which Envoy has no use for, and which an access log
 * with `%ENVIRONMENT(NAME)%` would show.
 */
export function envoyEnvironment(env: Environment, more: readonly string[]): Environment {
  const named = new Set([...OF_THE_PROCESS, ...PROXIES, ...PROXIES.map((name) => name.toLowerCase())]);
  const isForEnvoy = (name: string) =>
    named.has(name) || more.includes(name) || (PREFIXES.test(name) && !SECRET.test(name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isForEnvoy(name)));
}
