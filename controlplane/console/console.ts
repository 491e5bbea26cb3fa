import type { FastifyPluginAsync } from 'fastify';
import type { ApiServices } from '../api/operations/context.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { CallerOfPage } from '../http/caller-of-page.ts';
import { parameter } from '../ads/preview-query.ts';
import type { Store } from '../store/store.ts';
import { callerOfPage } from './caller-of-page.ts';
import { createFailures } from './failures.ts';
import { consoleFolder } from './folder.ts';
import { historyRoutes } from './history-routes.ts';
import { createLinks } from './links.ts';
import { linkRoutes } from './link-routes.ts';
import { pageRoutes } from './pages.ts';
import { permissionsOn } from './permissions.ts';
import { secure } from './security-headers.ts';
import { sessionRoutes } from './session-routes.ts';
import { createSessions } from './sessions.ts';
import type { ConsoleSigners } from './sign-in.ts';

/** The server side of the console. */
export type Console = {
  /** Authenticates the requests of its pages, to any route of the API. */
  readonly callerOfPage: CallerOfPage;
  /** Registers its routes, all under `/console`. */
  readonly routes: (services: ApiServices) => FastifyPluginAsync;
};

/**
 * `signers`: the users of the credentials file; undefined if authentication is off, and every caller acts for `account`. `monotonic` and
 * `now`: the clocks, in milliseconds; for tests. `folder`: where the pages are; default: where the build puts them.
 */
export type ConsoleOptions = {
  readonly signers: ConsoleSigners | undefined;
  readonly account: string;
  readonly store: Pick<Store, 'history'>;
  readonly monotonic?: () => number;
  readonly now?: () => number;
  readonly folder?: () => string | undefined;
};

const AUTHENTICATED: RouteConfig = { authenticated: true };

/** Creates the console, without any session. */
export function createConsole({
  signers,
  account,
  store,
  monotonic = () => performance.now(),
  now = Date.now,
  folder = consoleFolder,
}: ConsoleOptions): Console {
  const options = { keyOf: signers?.keyOf ?? (() => undefined), monotonic, now };
  const sessions = createSessions(options);
  const services = { signers, account, sessions, failures: createFailures(monotonic), now };
  return {
    callerOfPage: callerOfPage(signers && sessions),
    routes: (api) => async (app) => {
      app.addHook('onSend', async (_request, reply) => secure(reply));
      await app.register(sessionRoutes(services));
      await app.register(linkRoutes({ ...services, links: createLinks(options) }));
      app.get('/console/permissions', { config: AUTHENTICATED }, async (request) =>
        permissionsOn(callerOf(request), parameter(request.query, 'resource')),
      );
      await app.register(historyRoutes(api, store));
      await app.register(pageRoutes(folder));
    },
  };
}
