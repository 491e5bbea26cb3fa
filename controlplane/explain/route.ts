import type { FastifyInstance } from 'fastify';
import { askedFeatures, nodeParameter, parameter } from '../ads/preview-query.ts';
import type { PreviewOf } from '../ads/preview.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { LoopbackBackend } from '../../common/contracts/loopback-backend.ts';
import { badRequest } from '../http/errors.ts';
import type { Problem } from '../translate/problems.ts';
import type { Admission, AdmissionsOf } from './admission.ts';
import { askedRequest, AskedRequestError, type AskedRequest, type HeaderLine } from './asked-request.ts';
import { explainByRelease, type ByRelease } from './by-release.ts';
import type { EnvoysOf } from './connected-envoys.ts';
import { loopbackBackends } from './loopback.ts';
import type { Protocol } from './request.ts';
import { readServed } from './served.ts';

/** The response of `GET /explain`; `problems` are the parts of the model that have no effect on that proxy. */
export type Explained = ByRelease & {
  readonly problems: readonly Problem[];
  /** The address that the application calls for each backend, on a host without redirect rules; otherwise empty. */
  readonly backends: readonly LoopbackBackend[];
  /** Whether each target admits the caller; none for targets with authorization off. */
  readonly admissions: readonly Admission[];
};

const ACTION = 'daybreak:Explain';
const CONFIG: RouteConfig = { action: ACTION };

/**
 * Serves `GET /explain?node=…&method=…&url=…&headers=…`: predicts the path of a request. `headers` is a JSON list of pairs of
 * name and value; `protocol=HTTP/2` for callers with HTTP/2. Needs the action `daybreak:Explain`.
 */
export function explainRoute(preview: PreviewOf, envoysOf: EnvoysOf, admissionsOf: AdmissionsOf = () => []) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/explain', { config: CONFIG }, async (request): Promise<Explained> => {
      const { query } = request;
      const asked = requestOf(query);
      const viewer = { caller: callerOf(request), action: ACTION } as const;
      const { identity, features, snapshot, problems } = preview(
        viewer,
        nodeParameter(query),
        askedFeatures(query),
      );
      const served = readServed(snapshot);
      const explained = explainByRelease(served, identity, asked, envoysOf(viewer, identity));
      return {
        ...explained,
        admissions: admissionsOf(identity, features.mtls, explained),
        problems,
        backends: loopbackBackends(served),
      };
    });
  };
}

function requestOf(query: unknown): AskedRequest {
  const headers = headersOf((query as Readonly<Record<string, unknown>>)['headers'] ?? '[]');
  try {
    return askedRequest(parameter(query, 'method'), parameter(query, 'url'), headers, protocolOf(query));
  } catch (error) {
    if (error instanceof AskedRequestError) throw badRequest(error.message);
    throw error;
  }
}

function protocolOf(query: unknown): Protocol {
  const { protocol = 'HTTP/1.1' } = query as Readonly<Record<string, unknown>>;
  if (protocol === 'HTTP/1.1' || protocol === 'HTTP/2') return protocol;
  throw badRequest('The query parameter protocol has to be HTTP/1.1 or HTTP/2.');
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
