import type { FastifyInstance } from 'fastify';
import type { XdsServer } from '../../xds/server.ts';
import type { ProxyConfigs } from '../ads/proxy-configs.ts';
import type { Agents } from '../agents/agents.ts';
import { seesProxy } from '../ads/access/viewer.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import { meshAccess, type Principal } from '../auth/principal.ts';
import { proxyPath } from '../ads/identity.ts';
import type { RecentRefusal } from '../identity/attest/recent-refusals.ts';
import type { Model } from '../mesh/model.ts';
import { statusOf, type Status, type UnprovenAgent } from './status.ts';

const CONFIG: RouteConfig = { action: 'daybreak:GetStatus' };

/** Returns the status of the proxies that a caller may see; without a caller, of all proxies. */
export type StatusFor = (caller?: Principal) => Status;

/** Creates the status of the current streams. `agents`: default none. */
export function createStatus(
  model: Model,
  xds: Pick<XdsServer, 'streams'>,
  configs: ProxyConfigs,
  agents?: Pick<Agents, 'reportOf'>,
): StatusFor {
  const isVisible = (caller: Principal, key: string): boolean => {
    const identity = configs.get(key)?.identity;
    return identity === undefined || seesProxy(caller, model, identity);
  };
  return (caller) => {
    const streams = xds.streams();
    const visible = caller === undefined ? streams : streams.filter(({ key }) => isVisible(caller, key));
    return statusOf(model.revision, visible, configs, agents);
  };
}

/**
 * Serves `GET /status`: the status of every proxy that the caller may see, and of the agents that got no certificate in meshes of theirs. Needs the action
 * `daybreak:GetStatus`. `refusals`: default none.
 */
export function statusRoute(status: StatusFor, refusals: () => readonly RecentRefusal[] = () => []) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/status', { config: CONFIG }, async (request): Promise<Status> => {
      const caller = callerOf(request);
      const unproven = refusals()
        .filter(({ proxy }) => meshAccess(caller, proxy) !== 'none')
        .map(unprovenAgent);
      return { ...status(caller), ...(unproven.length > 0 && { unproven }) };
    });
  };
}

function unprovenAgent({ proxy, from, at, attempts, code, reason }: RecentRefusal): UnprovenAgent {
  return {
    resource: proxyPath(proxy),
    from,
    at: new Date(at).toISOString(),
    attempts,
    reason: `${code}: ${reason}`,
  };
}
