import type { FastifyInstance } from 'fastify';
import type { FiguresCaller, Latencies } from '../../../common/contracts/reports.ts';
import { parameter } from '../../ads/preview-query.ts';
import type { ConnectedAgent } from '../../agents/agent-entry.ts';
import { callerOf, type RouteConfig } from '../../http/call.ts';
import { ApiError, badRequest } from '../../http/errors.ts';
import type { Model } from '../../mesh/model.ts';
import type { MeshId } from '../../mesh/resource.ts';
import { egressCluster, ingressCluster } from '../../translate/names.ts';
import { ACTION, askedMesh, askedNumber } from '../asked-mesh.ts';
import type { Reports } from '../reports.ts';

const CONFIG: RouteConfig = { action: ACTION };

/** Proxies that one question asks; a virtual node with more is judged by these. */
const MOST_PROXIES = 50;
/** Questions at once. */
const MOST_QUESTIONS = 16;
/** Envoy adds up latencies every 5 s by default, so a shorter time may see none. */
const SECONDS = { least: 0, most: 60, fallback: 5 } as const;

/**
 * `GET /reports/latencies?mesh=M&from=virtualNode/A[&to=virtualNode/B][&seconds=5]`, or `proxy=HOST:PORT` in place of `from`: p50, p95, p99 and
 * responses by class, read from Envoys. Needs the action `daybreak:GetReports`.
 */
export function latenciesRoute({ reports, model }: { readonly reports: Reports; readonly model: Model }) {
  let questions = 0;
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/reports/latencies', { config: CONFIG }, async (request): Promise<Latencies> => {
      const { query } = request;
      const mesh = askedMesh(callerOf(request), model, query);
      const seconds = askedNumber(query, 'seconds', SECONDS);
      const agents = askedAgents(query, reports.agents(mesh)).slice(0, MOST_PROXIES);
      const clusters = askedClusters(query, mesh, model);
      if (questions >= MOST_QUESTIONS) {
        throw new ApiError('ServiceUnavailableException', 'Too many questions for latencies at once.', {
          headers: { 'retry-after': '10' },
        });
      }
      questions += 1;
      try {
        const isOneProxy = (query as Readonly<Record<string, unknown>>)['proxy'] !== undefined;
        return await reports.latencies({ mesh, agents, clusters, seconds, isOneProxy });
      } finally {
        questions -= 1;
      }
    });
  };
}

function askedAgents(query: unknown, agents: readonly ConnectedAgent[]): readonly ConnectedAgent[] {
  const { proxy } = query as Readonly<Record<string, unknown>>;
  if (proxy !== undefined) {
    const peer = parameter(query, 'proxy');
    return agents.filter((agent) => agent.peer === peer);
  }
  const { kind, name } = resourceIn(parameter(query, 'from'), 'from');
  return agents.filter(({ identity }) => identity.kind === kind && identity.name === name);
}

/** The clusters that lead to the target: one for each of its listeners. */
function askedClusters(query: unknown, { owner, mesh }: MeshId, model: Model): readonly string[] {
  const { to } = query as Readonly<Record<string, unknown>>;
  if (to === undefined) return [];
  const isApplication = to === 'application';
  const { kind, name } = resourceIn(parameter(query, isApplication ? 'from' : 'to'), 'to');
  if (kind !== 'virtualNode')
    throw badRequest('The query parameter to has to be virtualNode/NAME or application.');
  const node = model.get({ kind: 'virtualNode', owner, mesh, parent: '', name });
  return (node?.spec.listeners ?? []).map(({ portMapping: { protocol, port } }) =>
    (isApplication ? ingressCluster : egressCluster)(mesh, name, protocol, port),
  );
}

function resourceIn(text: string, parameterName: string): FiguresCaller {
  const { kind, name } = /^(?<kind>virtualNode|virtualGateway)\/(?<name>[^/]+)$/.exec(text)?.groups ?? {};
  if (name !== undefined && (kind === 'virtualNode' || kind === 'virtualGateway')) return { kind, name };
  throw badRequest(
    `The query parameter ${parameterName} has to be virtualNode/NAME or virtualGateway/NAME, and it is ${JSON.stringify(text.slice(0, 100))}.`,
  );
}
