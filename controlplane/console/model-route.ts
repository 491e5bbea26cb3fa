import { Readable, pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parameter } from '../ads/preview-query.ts';
import type { ApiServices } from '../api/operations/context.ts';
import { missing } from '../api/checks/present.ts';
import type { Principal } from '../auth/principal.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { Model } from '../mesh/model.ts';
import { meshResourceId } from '../mesh/names.ts';
import type { MeshId } from '../mesh/resource.ts';
import { meshOf, optional } from './history/history.ts';
import { readableResources, tagOf, textOf } from './mesh-resources.ts';

// Each resource is subject to the permission to describe it.
const CONFIG: RouteConfig = { authenticated: true };
/** From this number of resources on, a response is compressed: a smaller one fits into a few packets. */
const COMPRESSED = 100;
/** The fastest level: specifications repeat each other, and shrink to a tenth at any. */
const LEVEL = 1;

/** Serves `GET /console/model?mesh=M`: all resources of a mesh that the caller may describe. */
export function modelRoute({ live, region }: ApiServices) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/console/model', { config: CONFIG, exposeHeadRoute: false }, async (request, reply) => {
      const { model } = live;
      const caller = callerOf(request);
      const mesh = askedMesh(caller, model, request);
      const { revision } = model;
      const resources = await readableResources(caller, model, mesh, region);
      if (resources.length === 0) throw missing(meshResourceId(mesh));
      const tag = tagOf(resources);
      reply.header('etag', tag).header('vary', 'accept-encoding');
      if (request.headers['if-none-match'] === tag) return reply.code(304).send();
      reply.type('application/json; charset=utf-8');
      const body = Readable.from(textOf({ ...mesh, revision }, resources, region));
      if (resources.length < COMPRESSED || !takesGzip(request)) return reply.send(body);
      reply.header('content-encoding', 'gzip');
      // A browser that leaves ends both streams.
      return reply.send(pipeline(body, createGzip({ level: LEVEL }), () => undefined));
    });
  };
}

/** @throws ApiError AccessDeniedException, BadRequestException */
function askedMesh(caller: Principal, model: Model, { query }: FastifyRequest): MeshId {
  const owner = optional(query as Readonly<Record<string, unknown>>, 'owner');
  return meshOf(caller, model, parameter(query, 'mesh'), owner);
}

function takesGzip({ headers }: FastifyRequest): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(headers['accept-encoding'] ?? '');
}
