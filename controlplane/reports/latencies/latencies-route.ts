import type { FastifyInstance } from 'fastify';
import type { FiguresCaller, Latencies } from '../../../common/contracts/reports.ts';
import { parameter } from '../../ads/preview-query.ts';
import { callerOf, type RouteConfig } from '../../http/call.ts';
import { ApiError, badRequest } from '../../http/errors.ts';
import type { Model } from '../../mesh/model.ts';
import type { MeshId } from '../../mesh/resource.ts';
import { egressCluster, ingressCluster } from '../../translate/names.ts';
import { ACTION, askedMesh, askedNumber } from '../asked-mesh.ts';
import type { Reports } from '../reports.ts';
import { MOST_SECONDS, type AskedProxies } from './question.ts';
import { createSharedQuestions } from '../shared-questions.ts';

const CONFIG: RouteConfig = { action: ACTION };

/** Different questions at once. */
const MOST_QUESTIONS = 16;
/** Envoy adds up latencies every 5 s by default, so a shorter time may see none. */
const SECONDS = { least: 0, most: MOST_SECONDS, fallback: 5 } as const;

/**
 * Serves `GET /reports/latencies?mesh=M&from=virtualNode/A[&to=virtualNode/B][&seconds=5]`, or `proxy=HOST:PORT` in place of `from`: p50, p95, p99 and
 * responses by class, read from Envoys. Needs the action `daybreak:GetReports`.
 */
export function latenciesRoute({ reports, model }: { readonly reports: Reports; readonly model: Model }) {
  const questions = createSharedQuestions<Latencies>(MOST_QUESTIONS);
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/reports/latencies', { config: CONFIG }, async (request): Promise<Latencies> => {
      const { query } = request;
      const mesh = askedMesh(callerOf(request), model, query);
      const seconds = askedNumber(query, 'seconds', SECONDS);
      const question = {
        mesh,
        proxies: askedProxies(query),
        clusters: askedClusters(query, mesh, model),
        seconds,
      };
      const answer = questions.answer(JSON.stringify(question), () => reports.latencies(question));
      if (answer !== undefined) return answer;
      throw new ApiError('ServiceUnavailableException', 'Too many questions for latencies at once.', {
        headers: { 'retry-after': '10' },
      });
    });
  };
}

function askedProxies(query: unknown): AskedProxies {
  const { proxy } = query as Readonly<Record<string, unknown>>;
  if (proxy !== undefined) return { kind: 'proxy', peer: parameter(query, 'proxy') };
  return { kind: 'resource', resource: resourceIn(parameter(query, 'from'), 'from') };
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
