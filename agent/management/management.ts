import { createTokenBucket, type TokenBucket } from '../../common/limits/token-bucket.ts';
import type { Log } from '../../common/log.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import { refuse, type Call } from '../serving/serve.ts';
import type { ManagementSettings } from '../settings/management-settings.ts';
import { drainCall } from './drain-call.ts';
import { adminLevel, loggingCall } from './logging-call.ts';
import { createLogLevelControl, type EnvoyLogLevel } from './log-level.ts';
import { readExtensionMetrics, statsCall } from './stats-call.ts';
import { startStatsSnapshots } from './stats-snapshots.ts';

/** Answers requests of one path. */
export type Handler = (call: Call) => void;

/** App Mesh's management calls, by path. */
export type Management = {
  /** The calls that only read. */
  readonly reads: Readonly<Record<string, Handler>>;
  /** The calls that change Envoy. */
  readonly writes: Readonly<Record<string, Handler>>;
  /** The handler of `/enableLogging`, for the operator's own socket. */
  readonly enableLogging: Handler;
  /** The handler of `/stats/prometheus` for other machines, whose requests are limited apart from those of this one. */
  readonly remoteStats: Handler;
  /** The level to start the next Envoy with. */
  readonly envoyLogLevel: () => EnvoyLogLevel;
  /** Changes the configured log level, which the running Envoy has already. */
  readonly configureLogLevel: (level: EnvoyLogLevel) => void;
  /** Call this when a new Envoy starts. */
  readonly envoyStarts: () => void;
  readonly close: () => void;
};

/** Inputs of the management calls. */
export type ManagementOptions = {
  readonly settings: ManagementSettings;
  /** The configured log level. */
  readonly logLevel: EnvoyLogLevel;
  readonly admin: AdminClient;
  /** The unix socket of Envoy's admin interface. */
  readonly adminSocket: string;
  readonly log: Log;
  /** Milliseconds of a monotonic clock, for the token buckets; for tests. */
  readonly now?: () => number;
};

/** As in App Mesh's agent: requests per second, and at once. */
const LIMIT = { rate: 10, burst: 20 };

/** Creates the management calls. They share one token bucket; beyond it, a call is answered with 429. */
export function createManagement(options: ManagementOptions): Management {
  const { settings, logLevel, admin, adminSocket, log, now } = options;
  const levels = createLogLevelControl({
    configured: logLevel,
    resetSeconds: settings.logLevelSeconds,
    set: (level) => admin.ask('POST', `/logging?level=${adminLevel(level)}`),
    log,
  });
  const snapshots = settings.snapshots
    ? startStatsSnapshots(() => readExtensionMetrics(admin, true), log)
    : undefined;
  const source = { admin, socketPath: adminSocket, delta: () => snapshots?.delta() };
  const bucket = createTokenBucket(LIMIT, now);
  const stats = (call: Call) => statsCall(call, source);
  return {
    reads: { '/stats/prometheus': limited(bucket, stats) },
    writes: {
      '/drain_listeners': limited(bucket, (call) => drainCall(call, admin, log)),
      '/enableLogging': limited(bucket, (call) => loggingCall(call, levels, log)),
    },
    enableLogging: limited(bucket, (call) => loggingCall(call, levels, log)),
    remoteStats: limited(createTokenBucket(LIMIT, now), stats),
    envoyLogLevel: () => levels.base(),
    configureLogLevel: (level) => levels.configure(level),
    envoyStarts() {
      levels.envoyStarts();
      snapshots?.envoyStarts();
    },
    close() {
      levels.close();
      snapshots?.close();
    },
  };
}

function limited(bucket: TokenBucket, handle: (call: Call) => Promise<void>): Handler {
  return (call) => {
    if (bucket() > 0) refuse(call.response, { status: 429, line: 'Too Many Requests' });
    else void handle(call);
  };
}
