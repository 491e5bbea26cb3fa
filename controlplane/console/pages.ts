import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteConfig } from '../http/call.ts';
import { notFound, unknownPath } from '../http/errors.ts';
import { CONSOLE_ASSETS, CONSOLE_PAGE } from './folder.ts';

const OPEN: RouteConfig = { open: true };
/** The names of files: no `..`, and nothing hidden. */
const NAME = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;
const YEAR = 365 * 24 * 60 * 60 * 1000;

/**
 * Serves `GET /console/`: the pages, which anyone who reaches the API may load: they contain no data. Any other path below, and `/`,
 * lead a browser there. Redirects are relative, for a proxy that serves the API under a path. `folder`: where the built
 * pages are; undefined if they were not built.
 */
export function pageRoutes(folder: () => string | undefined) {
  return async (app: FastifyInstance): Promise<void> => {
    await app.register(fastifyStatic, { root: '/', serve: false, preCompressed: true });
    app.get('/', { config: OPEN }, async (request, reply) => {
      // A client of the API gets the same answer as on any path that is none.
      if (!isNavigation(request)) throw unknownPath(request.method, '/');
      return reply.redirect('console/', 303);
    });
    app.get('/console', { config: OPEN }, async (_request, reply) => reply.redirect('console/', 308));
    app.get('/console/*', { config: OPEN }, async (request, reply) => {
      const root = folder();
      if (root === undefined) return notBuilt(request, reply);
      const { '*': asked } = request.params as { readonly '*': string };
      const name = (await isFile(root, asked)) ? asked : CONSOLE_PAGE;
      if (name !== asked && asked !== '') {
        if (!isNavigation(request)) throw notFound(`The console has no file ${JSON.stringify(asked)}.`);
        return reply.redirect(upFrom(request.url), 303);
      }
      // The names of these contain a hash of their content, so they never change.
      if (name.startsWith(`${CONSOLE_ASSETS}/`))
        return reply.sendFile(name, root, { maxAge: YEAR, immutable: true });
      reply.header('cache-control', 'no-cache');
      return reply.sendFile(name, root, { cacheControl: false });
    });
  };
}

/** The way from a path below `/console/` to it. The page has its files beside it, so it is served there only. */
function upFrom(url: string): string {
  const [path = ''] = url.split('?');
  return '../'.repeat(path.split('/').length - 3) || './';
}

async function isFile(root: string, name: string): Promise<boolean> {
  if (!NAME.test(name)) return false;
  return (await stat(join(root, name)).catch(() => undefined))?.isFile() === true;
}

function isNavigation({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') === true;
}

const NOT_BUILT =
  'The pages of the console are not built. Run "npm run setup" where the sources are; packages and images have the pages.';

function notBuilt(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!isNavigation(request)) throw notFound(NOT_BUILT);
  return reply.code(404).type('text/plain; charset=utf-8').send(`${NOT_BUILT}\n`);
}
