import { hostPort, type HostPort } from '../../common/addresses/host-port.ts';
import { boolean, integer, oneOf, type Parser, type Reader } from '../../common/settings.ts';
import { isIP } from 'node:net';
import { socketPath } from './parsers/parsers.ts';

/** Which server takes the management calls that change something: none, the status port, or a unix socket. */
export type ManagementMode =
  | { readonly kind: 'off' }
  | { readonly kind: 'tcp' }
  | {
      readonly kind: 'uds';
      readonly path: string;
      /** Whether the operator configured the path. If not, the agent continues without the socket when it cannot create it. */
      readonly isConfigured: boolean;
    };

/** Settings of App Mesh's management calls. */
export type ManagementSettings = {
  readonly mode: ManagementMode;
  /** How long a log level that is not permanent stays. */
  readonly logLevelSeconds: number;
  /** Whether the agent reads the metrics of the metrics extension every minute, for `delta`. */
  readonly snapshots: boolean;
  /** Where `GET /stats/prometheus` alone is served, or undefined. */
  readonly prometheus: { readonly address: string; readonly port: number } | undefined;
  /** The application's own page, which `GET /metrics` there has together with Envoy's and the agent's. Undefined: no such call. */
  readonly prometheusApp?: URL | undefined;
};

/** App Mesh's default for APPNET_AGENT_ADMIN_UDS_PATH. On ECS, the ECS agent mounts the folder. */
const SOCKET = '/var/run/ecs/appnet_admin.sock';
/** The path that the injector of App Mesh's Kubernetes controller sets in every pod. */
const INJECTED_SOCKET = '/tmp/agent.sock';
const A_WEEK_S = 604_800;

/** Reads the settings of the management calls. */
export function readManagement(read: Reader): ManagementSettings {
  return {
    mode: readManagementMode(read),
    logLevelSeconds: read('APPNET_AGENT_LOGGING_RESET_TIMEOUT', integer(1, A_WEEK_S), 300),
    snapshots: read('ENABLE_STATS_SNAPSHOT', boolean, false),
    prometheus: read('DAYBREAK_PROMETHEUS_ADDRESS', addressAndPort, undefined),
    prometheusApp: read('DAYBREAK_PROMETHEUS_APP', plainUrl, undefined),
  };
}

/** Reads where the management calls are served. */
export function readManagementMode(read: Reader): ManagementMode {
  const mode = read('APPNET_AGENT_ADMIN_MODE', oneOf('tcp', 'uds'), undefined);
  const path = read('APPNET_AGENT_ADMIN_UDS_PATH', socketPath, undefined);
  if (mode === 'uds')
    return {
      kind: 'uds',
      path: path ?? SOCKET,
      isConfigured: path !== undefined && path !== INJECTED_SOCKET,
    };
  return { kind: mode ?? 'off' };
}

const plainUrl: Parser<URL> = (value) => {
  const url = URL.parse(value);
  return url?.protocol === 'http:'
    ? { value: url }
    : { wanted: 'a URL such as http://127.0.0.1:8080/metrics' };
};

const addressAndPort: Parser<{ readonly address: string; readonly port: number }> = (value) => {
  const parsed = hostPort(value);
  if ('wanted' in parsed || !isAddress(parsed.value)) {
    return { wanted: 'ADDRESS:PORT with an IP address, e.g. 0.0.0.0:9903 or [::]:9903' };
  }
  return { value: { address: parsed.value.host, port: parsed.value.port } };
};

function isAddress({ host, port }: HostPort): boolean {
  return isIP(host) !== 0 && !host.includes('%') && port !== 0;
}
