import type { FastifyInstance } from 'fastify';
import { askedFeatures, nodeParameter } from '../ads/preview-query.ts';
import type { PreviewOf } from '../ads/preview.ts';
import type { RouteConfig } from '../api/call.ts';
import { configDump } from './config-dump.ts';

const CONFIG: RouteConfig = { action: 'daybreak:GetConfigDump' };

/**
 * `GET /config-dump?node=…`: what a proxy is served, whether or not it is connected. `features=ipv6,appAddress=::1,sds,files`
 * goes over what it says that it has. Needs the action `daybreak:GetConfigDump`.
 */
export function configDumpRoute(preview: PreviewOf) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/config-dump', { config: CONFIG }, async ({ query }) =>
      configDump(preview(nodeParameter(query), askedFeatures(query))),
    );
  };
}
