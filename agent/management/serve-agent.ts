import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { cannotServe } from '../errors.ts';
import { refuse, serve, type Call, type Serving } from '../serving/serve.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { serveStatus, type Served } from '../status/status-server.ts';
import { answerText } from './answer-text.ts';
import type { Handler, Management } from './management.ts';

/** Inputs of the agent's own servers. */
export type AgentServerOptions = {
  readonly settings: Pick<AgentSettings, 'status' | 'management' | 'hosts'>;
  readonly served: Served;
  readonly management: Management;
  /** Returns all metrics as one page, if there is one. */
  readonly wholePage?: (() => Promise<string>) | undefined;
  readonly log: Log;
};

/**
 * Starts the agent's own servers: the status port; with APPNET_AGENT_ADMIN_MODE=uds also a socket; with DAYBREAK_PROMETHEUS_ADDRESS a port
 * for `/stats/prometheus` alone, and `/metrics` if there is a page of all metrics. Calls that only read are on the status port and the
 * socket. Those that change Envoy are only where APPNET_AGENT_ADMIN_MODE puts them.
 * @throws AgentError if the agent cannot listen on a place that was configured, or on the status port
 */
export async function serveAgent(options: AgentServerOptions): Promise<Serving> {
  const servers: Serving[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  try {
    for (const start of [serveStatusPort, serveSocket, servePrometheus]) {
      const server = await start(options);
      if (server !== undefined) servers.push(server);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

async function serveStatusPort({ settings, served, management }: AgentServerOptions): Promise<Serving> {
  const { mode } = settings.management;
  const { reads, writes } = management;
  const handlers = { ...reads, ...(mode.kind === 'tcp' ? writes : closed(writes, hint(settings))) };
  try {
    return await serveStatus({ place: settings.status, hosts: settings.hosts, served, handlers });
  } catch (cause) {
    throw cannotServe('STATUS_PORT', settings.status, cause);
  }
}

async function serveSocket(options: AgentServerOptions): Promise<Serving | undefined> {
  const { settings, served, management, log } = options;
  const { mode } = settings.management;
  if (mode.kind !== 'uds') return undefined;
  const { path, isConfigured } = mode;
  try {
    const handlers = { ...management.reads, ...management.writes };
    return await serveStatus({ place: { path }, hosts: settings.hosts, served, handlers });
  } catch (cause) {
    if (isConfigured) throw cannotServe('MANAGEMENT_SOCKET', { path }, cause);
    log.warn(
      { path, reason: errorText(cause) },
      'no management socket at this path; APPNET_AGENT_ADMIN_UDS_PATH sets another',
    );
    return undefined;
  }
}

async function servePrometheus(options: AgentServerOptions): Promise<Serving | undefined> {
  const { settings, management, wholePage } = options;
  const { prometheus } = settings.management;
  if (prometheus === undefined) return undefined;
  try {
    return await serve(prometheus, settings.hosts, (call) => {
      if (call.path === '/stats/prometheus') management.remoteStats(call);
      else if (call.path === '/metrics' && wholePage !== undefined) void answerPage(call, wholePage);
      else
        refuse(call.response, {
          status: 404,
          line: `the only path is ${wholePage === undefined ? '' : '/metrics or '}/stats/prometheus`,
        });
    });
  } catch (cause) {
    throw cannotServe('PROMETHEUS_ADDRESS', prometheus, cause);
  }
}

async function answerPage(call: Call, wholePage: () => Promise<string>): Promise<void> {
  answerText(call, await wholePage(), 'text/plain; version=0.0.4; charset=utf-8');
}

function hint({ management: { mode } }: AgentServerOptions['settings']): string {
  return mode.kind === 'uds'
    ? `this call is on the socket ${mode.path} (APPNET_AGENT_ADMIN_MODE=uds)`
    : 'APPNET_AGENT_ADMIN_MODE=tcp or uds allows this call';
}

function closed(calls: Readonly<Record<string, Handler>>, line: string): Readonly<Record<string, Handler>> {
  const refuseCall: Handler = ({ response }) => refuse(response, { status: 403, line });
  return Object.fromEntries(Object.keys(calls).map((path) => [path, refuseCall]));
}
