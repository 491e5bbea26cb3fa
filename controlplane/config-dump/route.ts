import type { FastifyInstance } from 'fastify';
import { askedFeatures, nodeParameter } from '../ads/preview-query.ts';
import type { PreviewOf } from '../ads/preview.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import { configDump } from './config-dump.ts';

const ACTION = 'daybreak:GetConfigDump';
const CONFIG: RouteConfig = { action: ACTION };

/**
 * Serves `GET /config-dump?node=…`: the configuration of a proxy, connected or not. `features=ipv6,appAddress=::1,sds,files` overrides
 * the features that the proxy reported. Needs the action `daybreak:GetConfigDump`.
 */
export function configDumpRoute(preview: PreviewOf) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/config-dump', { config: CONFIG }, async (request) => {
      const { query } = request;
      const viewer = { caller: callerOf(request), action: ACTION } as const;
      return configDump(preview(viewer, nodeParameter(query), askedFeatures(query)));
    });
  };
}
