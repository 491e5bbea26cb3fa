import type { FastifyInstance } from 'fastify';
import type { XdsServer } from '../../xds/server.ts';
import type { ProxyConfigs } from '../ads/proxy-configs.ts';
import { seesProxy } from '../ads/access/viewer.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { Principal } from '../auth/principal.ts';
import type { Model } from '../mesh/model.ts';
import { statusOf, type Status } from './status.ts';

const CONFIG: RouteConfig = { action: 'daybreak:GetStatus' };

/** How the proxies stand that a caller sees; without one, all of them. */
export type StatusFor = (caller?: Principal) => Status;

/** Looks at the streams as they are. */
export function createStatus(
  model: Model,
  xds: Pick<XdsServer, 'streams'>,
  configs: ProxyConfigs,
): StatusFor {
  const isSeen = (caller: Principal, key: string): boolean => {
    const identity = configs.get(key)?.identity;
    return identity === undefined || seesProxy(caller, model, identity);
  };
  return (caller) => {
    const streams = xds.streams();
    const seen = caller === undefined ? streams : streams.filter(({ key }) => isSeen(caller, key));
    return statusOf(model.revision, seen, configs);
  };
}

/** `GET /status`: how every proxy that the caller sees stands with the model. Needs the action `daybreak:GetStatus`. */
export function statusRoute(status: StatusFor) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/status', { config: CONFIG }, async (request) => status(callerOf(request)));
  };
}
