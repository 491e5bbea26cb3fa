import {
  boolean,
  integer,
  list,
  oneOf,
  port,
  text,
  type Parser,
  type Reader,
} from '../../common/settings.ts';
import { isReplaced, type CustomConfigSettings } from '../custom-config/custom-config-settings.ts';
import { goDuration } from './parsers/go-duration.ts';
import type { ListenAddress } from '../serving/serve.ts';
import { XDS_TEXTS } from './xds/xds-texts.ts';
import { address, host, path, socketPath, variableName } from './parsers/parsers.ts';

/** Settings that Envoy is started with. */
export type EnvoySettings = {
  /** The binary, or undefined for the first `envoy` in `searchPath`. */
  readonly binary: string | undefined;
  readonly searchPath: readonly string[];
  /** Additional variables of the agent that Envoy gets. */
  readonly variables: readonly string[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Worker threads. Undefined: Envoy's default, one per processor. */
  readonly concurrency: number | undefined;
  readonly disableHotRestart: boolean;
  readonly skipDeprecatedLogs: boolean;
  readonly initialFetchTimeoutSeconds: number;
  /** How long connections of a changed or removed filter chain may continue. */
  readonly listenerDrainSeconds: number;
  readonly outlierLogPath: string;
  /** Unix socket of a secret server, such as SPIRE's agent. */
  readonly sdsSocketPath: string | undefined;
  /** Access log of Envoy's admin interface. */
  readonly adminLogPath: string;
};

/** Where and how much of Envoy's admin interface the agent serves. */
export type AdminSettings = {
  readonly place: ListenAddress;
  /** Whether all requests are allowed. Otherwise only those that read. */
  readonly writes: boolean;
};

/** Tags and sink of Envoy's statistics. */
export type StatsSettings = {
  readonly resourceTags: boolean;
  /** Whether Envoy counts what App Mesh's metrics extension counted. */
  readonly metricExtension: boolean;
  readonly flushIntervalMs: number | undefined;
  /** `host` is a name or an IP address. */
  readonly dogStatsd:
    | { readonly kind: 'udp'; readonly host: string; readonly port: number }
    | { readonly kind: 'pipe'; readonly path: string }
    | undefined;
};

/** Levels of Envoy's log, from the most verbose to none. `warn` means `warning`. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'warning', 'error', 'critical', 'off'] as const;
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

const passedVariable: Parser<string> = (name) =>
  XDS_TEXTS.includes(name)
    ? { wanted: 'the name of a variable without a credential for the control plane' }
    : variableName(name);

/** Reads the settings that Envoy is started with. */
export function readEnvoy(read: Reader): EnvoySettings {
  const concurrency = read('ENVOY_CONCURRENCY', integer(-1, 1024), -1);
  return {
    binary: read('DAYBREAK_ENVOY', path, undefined),
    searchPath: `${read('PATH', text, '')}:${DEFAULT_PATH}`
      .split(':')
      .filter((entry) => entry.startsWith('/')),
    variables: read('DAYBREAK_ENVOY_ENV', list(passedVariable), []),
    logLevel: read('ENVOY_LOG_LEVEL', oneOf(...LOG_LEVELS), 'info'),
    concurrency: concurrency > 0 ? concurrency : undefined,
    disableHotRestart: read('DISABLE_HOT_RESTART', boolean, true),
    skipDeprecatedLogs: read('ENVOY_SKIP_DEPRECATED_LOGS', boolean, true),
    initialFetchTimeoutSeconds: read('ENVOY_INITIAL_FETCH_TIMEOUT', integer(0, 86_400), 0),
    listenerDrainSeconds: read('DAYBREAK_LISTENER_DRAIN_S', integer(1, 86_400), 600),
    sdsSocketPath: read('APPMESH_SDS_SOCKET_PATH', socketPath, undefined),
    outlierLogPath: read('ENVOY_OUTLIER_DETECTION_EVENT_LOG_PATH', path, '/dev/stdout'),
    adminLogPath: read('ENVOY_ADMIN_ACCESS_LOG_FILE', path, '/dev/null'),
  };
}

/** The admin socket of App Mesh's image with ENVOY_ADMIN_MODE=uds. */
const ADMIN_SOCKET = '/tmp/envoy_admin.sock';

/** Reads the settings of the served admin interface. */
export function readAdmin(read: Reader): AdminSettings {
  const mode = read('ENVOY_ADMIN_MODE', oneOf('tcp', 'uds'), 'tcp');
  const adminAddress = read('DAYBREAK_ADMIN_ADDRESS', address, '127.0.0.1');
  const bothFamilies = read('ENVOY_ADMIN_ACCESS_ENABLE_IPV6', boolean, false);
  const tcp = {
    address: bothFamilies && adminAddress === '0.0.0.0' ? '::' : adminAddress,
    port: read('ENVOY_ADMIN_ACCESS_PORT', port, 9901),
  };
  return {
    place: mode === 'uds' ? { path: ADMIN_SOCKET } : tcp,
    writes: read('DAYBREAK_ADMIN_WRITES', boolean, false),
  };
}

/** Parses the version of the metrics extension, which is 1 or none. App Mesh's agent took any other value for none. */
const metricExtension: Parser<boolean> = (value) => {
  if (value === '1') return { value: true };
  const parsed = boolean(value);
  return 'value' in parsed && !parsed.value ? parsed : { wanted: '1 for the metrics extension, or 0' };
};

/** Reads the settings of Envoy's statistics. */
export function readStats(read: Reader, files: CustomConfigSettings): StatsSettings {
  const statsd =
    read('ENABLE_ENVOY_DOG_STATSD', boolean, false) && !isReplaced(files, 'ENVOY_STATS_SINKS_CFG_FILE');
  // Without the sink, its values are not looked at, as in App Mesh's agent.
  const only = <T>(parse: Parser<T>, fallback: T): Parser<T> =>
    statsd ? parse : () => ({ value: fallback });
  const socket = read('STATSD_SOCKET_PATH', only<string | undefined>(path, undefined), undefined);
  const udp = {
    kind: 'udp' as const,
    host: read('STATSD_ADDRESS', only(host, '127.0.0.1'), '127.0.0.1'),
    port: read('STATSD_PORT', only(port, 8125), 8125),
  };
  const sink = socket === undefined ? udp : { kind: 'pipe' as const, path: socket };
  return {
    resourceTags: read('ENABLE_ENVOY_STATS_TAGS', boolean, false),
    metricExtension: read('APPMESH_METRIC_EXTENSION_VERSION', metricExtension, false),
    // Envoy's own bounds: at least 1 ms, less than 300 s.
    flushIntervalMs: read('ENVOY_STATS_FLUSH_INTERVAL', goDuration(1, 299_999), undefined),
    dogStatsd: statsd ? sink : undefined,
  };
}
