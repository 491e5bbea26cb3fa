import { hostNames } from '../../common/addresses/own-hosts.ts';
import { LOG_FORMS, type LogForm } from '../../common/log.ts';
import type { TraceContext } from '../../common/contracts/trace-context.ts';
import {
  boolean,
  compileSettings,
  integer,
  oneOf,
  port,
  text,
  type Parser,
  type Reader,
} from '../../common/settings.ts';
import {
  readAdmin,
  readEnvoy,
  readStats,
  type AdminSettings,
  type EnvoySettings,
  type StatsSettings,
} from './envoy-settings.ts';
import { appAddress } from '../application/app-address.ts';
import { readLogFile, type LogFileSettings } from './log-file-settings.ts';
import { readManagement, type ManagementSettings } from './management-settings.ts';
import { address, path } from './parsers/parsers.ts';
import { readReadinessTimes } from './readiness-settings.ts';
import { readLocation, type LocationSettings } from './location-settings.ts';
import {
  isReplaced,
  readCustomConfig,
  type CustomConfigSettings,
} from '../custom-config/custom-config-settings.ts';
import { resourceName, type ResourceName } from './parsers/resource-name.ts';
import { rejectUnsupported } from './unsupported.ts';
import { joinTracing } from '../tracing/join-tracing.ts';
import { readTraceContext } from '../tracing/trace-context-settings.ts';
import { readTracing, type DaemonAddress, type TracingSettings } from '../tracing/tracing-settings.ts';
import { readState, type StateSettings } from './state-settings.ts';
import { readTelemetry, type TelemetrySettings } from '../telemetry/settings/telemetry-settings.ts';
import { readXds, type XdsSettings } from './xds/xds-settings.ts';

/** Runtime values. Only App Mesh's Envoys know the booleans; the agent only reports them to the control plane. */
export type RuntimeSettings = {
  /** 0 or -1 for no limit. */
  readonly maxRequestsPerIoCycle: number;
  readonly setTracingDecision: boolean;
  readonly noExtensionLookupByName: boolean;
  readonly useHttpClientForCredentials: boolean;
};

/** All settings of the agent, with defaults applied. */
export type AgentSettings = {
  readonly resource: ResourceName;
  /** Envoy's node cluster. */
  readonly cluster: string;
  readonly xds: XdsSettings;
  readonly envoy: EnvoySettings;
  readonly location: LocationSettings;
  readonly customConfig: CustomConfigSettings;
  readonly stats: StatsSettings;
  readonly tracing: TracingSettings | undefined;
  /** The formats of trace context that requests have. Undefined: the tracer's own alone. */
  readonly traceContext: TraceContext | undefined;
  /** Where the application listens: an IP address or a network interface. Undefined: loopback, according to the IP preference. */
  readonly appAddress: string | undefined;
  /** How the application's calls reach Envoy: by redirect rules, or because it calls ports of loopback. */
  readonly egress: 'redirect' | 'loopback';
  readonly runtime: RuntimeSettings;
  readonly status: { readonly address: string; readonly port: number };
  readonly admin: AdminSettings;
  readonly management: ManagementSettings;
  /** Undefined: output goes to stdout and stderr. */
  readonly logFile: LogFileSettings | undefined;
  /** Additional host names of this machine, which the status and admin servers accept. */
  readonly hosts: readonly string[];
  readonly health: { readonly pollMs: number; readonly disconnectedLimitSeconds: number };
  /** Consecutive restarts before the agent gives up. The count resets after an Envoy was LIVE for a minute. */
  readonly restarts: number;
  readonly drainSeconds: number;
  /** The user that an agent started as root switches to: the one that the redirect rules exempt. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** The form of log lines; undefined: text on a terminal, else JSON. */
  readonly logForm: LogForm | undefined;
  /** The folder in which the agent creates its own folder. */
  readonly runFolder: string;
  /**
   * How long Envoy keeps serving after an end of its agent that leaves it running, until another agent takes it over; 0: Envoy ends with
   * its agent.
   */
  readonly keepEnvoySeconds: number;
  readonly state: StateSettings;
  /** Telemetry that passes through the agent. `stats` and `tracing` are Envoy's own. */
  readonly telemetry: TelemetrySettings;
  /** Where the agent's output `xray-daemon` sends to. */
  readonly xrayDaemon: DaemonAddress;
  /** The file of further variables, which `variables-file.ts` has read. */
  readonly variablesFile: string | undefined;
};

const ENVOY_UID = 1337;
/** Bytes: the path of a unix socket has at most 107 (unix(7)), and the agent adds `/daybreak-agent-XXXXXX/ads.sock`. */
const LONGEST_RUN_FOLDER = 76;

/** Seconds between two looks at Envoy's health. */
const DEFAULT_POLL_S = 10;
const LONGEST_POLL_S = 30;

const id = integer(0, 4_294_967_294);

/**
 * Reads the variables of App Mesh's image and this project's own. Rejects values out of range, which App Mesh's agent ignored.
 * @throws SettingsError with all problems
 */
export function readAgentSettings(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<AgentSettings> {
  return compileSettings(env, (read) => {
    rejectUnsupported(read);
    const customConfig = readCustomConfig(read);
    // A bootstrap of the operator has its own node and control plane.
    const isRequired = customConfig.own === undefined;
    const resource = readResource(read, isRequired);
    const uid = read('DAYBREAK_UID', id, read('APPMESH_IGNORE_UID', id, ENVOY_UID));
    const isOwnTracer = isReplaced(customConfig, 'ENVOY_TRACING_CFG_FILE');
    const { tracing, telemetry, xrayDaemon } = joinTracing(
      read,
      readTracing(read, resource, isOwnTracer),
      readTelemetry(read),
      isOwnTracer,
    );
    return {
      resource,
      cluster: read(
        'APPMESH_RESOURCE_CLUSTER',
        text,
        read('APPMESH_VIRTUAL_NODE_CLUSTER', text, resource.id),
      ),
      xds: readXds(read, isRequired),
      envoy: readEnvoy(read),
      location: readLocation(read),
      customConfig,
      stats: readStats(read, customConfig),
      tracing,
      traceContext: readTraceContext(read, tracing),
      appAddress: read('DAYBREAK_APP_ADDRESS', appAddress, undefined),
      egress: read('DAYBREAK_EGRESS', oneOf('redirect', 'loopback'), 'redirect'),
      runtime: {
        maxRequestsPerIoCycle: read('MAX_REQUESTS_PER_IO_CYCLE', integer(-1, 2_147_483_647), 0),
        setTracingDecision: read('APPMESH_SET_TRACING_DECISION', boolean, true),
        noExtensionLookupByName: read('ENVOY_NO_EXTENSION_LOOKUP_BY_NAME', boolean, true),
        useHttpClientForCredentials: read('ENVOY_USE_HTTP_CLIENT_TO_FETCH_AWS_CREDENTIALS', boolean, false),
      },
      status: {
        address: read('APPNET_AGENT_HTTP_BIND_ADDRESS', address, '127.0.0.1'),
        port: read('APPNET_AGENT_HTTP_PORT', port, 9902),
      },
      admin: readAdmin(read),
      management: readManagement(read),
      logFile: readLogFile(read),
      hosts: read('DAYBREAK_AGENT_HOST', hostNames, []),
      health: {
        pollMs: read('HC_POLL_INTERVAL_MS', integer(2000, 30_000), pollMsLikeReadiness(read)),
        disconnectedLimitSeconds: read('HC_DISCONNECTED_TIMEOUT_S', integer(3600, 604_800), 604_800),
      },
      restarts: read('APPNET_ENVOY_RESTART_COUNT', integer(0, 10), 3),
      drainSeconds: read('LISTENER_DRAIN_WAIT_TIME_S', integer(5, 110), 20),
      user: { uid, gid: read('DAYBREAK_GID', id, read('APPMESH_IGNORE_GID', id, uid)) },
      logForm: read('DAYBREAK_LOG_FORMAT', oneOf(...LOG_FORMS), undefined),
      runFolder: read('DAYBREAK_RUN_DIR', folder, read('TMPDIR', usable, undefined) ?? '/tmp'),
      keepEnvoySeconds: read('DAYBREAK_KEEP_ENVOY_S', integer(0, 3600), 0),
      state: readState(read),
      telemetry,
      xrayDaemon,
      variablesFile: read('DAYBREAK_ENV_FILE', path, undefined),
    };
  });
}

/** The interval of `-envoyReadiness` is also that of the agent, as far as the agent allows it. */
function pollMsLikeReadiness(read: Reader): number {
  const { intervalSeconds } = readReadinessTimes(read, DEFAULT_POLL_S);
  return 1000 * Math.min(LONGEST_POLL_S, intervalSeconds === 0 ? DEFAULT_POLL_S : intervalSeconds);
}

function readResource(read: Reader, isRequired: boolean): ResourceName {
  const names = ['APPMESH_RESOURCE_ARN', 'APPMESH_RESOURCE_NAME', 'APPMESH_VIRTUAL_NODE_NAME'];
  const given = names.find((name) => read(name, text, undefined) !== undefined);
  const none: ResourceName = { id: '', mesh: '', kind: 'virtualNode', name: '' };
  if (given !== undefined) return read(given, resourceName, none);
  const wanted = 'the virtual node or gateway of this proxy, such as mesh/apps/virtualNode/serviceB';
  if (isRequired) read.problem({ name: 'APPMESH_RESOURCE_ARN', got: undefined, wanted });
  return none;
}

const folder: Parser<string> = (value) =>
  value.startsWith('/') && Buffer.byteLength(value) <= LONGEST_RUN_FOLDER
    ? { value }
    : { wanted: `an absolute path of at most ${LONGEST_RUN_FOLDER} bytes` };

/** `TMPDIR` is mostly set by a tool, for all programs: a folder that the agent cannot use counts as unset. */
const usable: Parser<string | undefined> = (value) =>
  'value' in folder(value) ? { value } : { value: undefined };
