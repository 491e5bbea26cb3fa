import type { FastifyInstance } from 'fastify';
import type { RouteConfig } from '../http/call.ts';
import type { Metrics } from './metrics.ts';

const CONFIG: RouteConfig = { action: 'daybreak:GetMetrics' };

/** Counts and times every call except health checks, and serves `GET /metrics`. */
export function measureApi(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const { operation, action, open } = request.routeOptions.config as RouteConfig;
    if (open) return;
    const name = operation ?? action?.replace(/^.*:/, '') ?? 'none';
    metrics.request(name, reply.statusCode, reply.elapsedTime / 1000);
  });
  app.get('/metrics', { config: CONFIG }, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}
