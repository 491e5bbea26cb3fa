import type { FastifyInstance } from 'fastify';
import { askedFeatures, nodeParameter, parameter } from '../ads/preview-query.ts';
import type { PreviewOf } from '../ads/preview.ts';
import { callerOf, type RouteConfig } from '../api/call.ts';
import { badRequest } from '../api/errors.ts';
import type { Problem } from '../translate/problems.ts';
import { askedRequest, AskedRequestError, type AskedRequest, type HeaderLine } from './asked-request.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { readServed } from './served.ts';

/** What `GET /explain` answers; `problems` are the parts of the model that have no effect on that proxy. */
export type Explained = Explanation & { readonly problems: readonly Problem[] };

const ACTION = 'daybreak:Explain';
const CONFIG: RouteConfig = { action: ACTION };

/**
 * `GET /explain?node=…&method=…&url=…&headers=…`: what would become of a request. `headers` is a JSON list of pairs of name
 * and value. Needs the action `daybreak:Explain`.
 */
export function explainRoute(preview: PreviewOf) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/explain', { config: CONFIG }, async (request): Promise<Explained> => {
      const { query } = request;
      const asked = requestOf(query);
      const viewer = { caller: callerOf(request), action: ACTION } as const;
      const { identity, snapshot, problems } = preview(viewer, nodeParameter(query), askedFeatures(query));
      return { ...explain(readServed(snapshot), identity, asked), problems };
    });
  };
}

function requestOf(query: unknown): AskedRequest {
  const headers = headersOf((query as Readonly<Record<string, unknown>>)['headers'] ?? '[]');
  try {
    return askedRequest(parameter(query, 'method'), parameter(query, 'url'), headers);
  } catch (error) {
    if (error instanceof AskedRequestError) throw badRequest(error.message);
    throw error;
  }
}

function headersOf(text: unknown): readonly HeaderLine[] {
  const value = parse(text);
  if (Array.isArray(value) && value.every(isHeaderLine)) return value;
  throw badRequest('The query parameter headers has to be a JSON list of [name, value].');
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function isHeaderLine(value: unknown): value is HeaderLine {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
