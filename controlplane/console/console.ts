import type { FastifyPluginAsync } from 'fastify';
import type { ApiServices } from '../api/operations/context.ts';
import type { StreamStatus } from '../../xds/status.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { CallerNow, CallerOfPage } from '../http/caller-of-page.ts';
import { parameter } from '../ads/preview-query.ts';
import type { Proxies } from '../ads/serve-proxies.ts';
import { proxyStatus } from '../status/status.ts';
import type { Store } from '../store/store.ts';
import { callerNow, callerOfPage } from './session/caller-of-page.ts';
import { createFailures } from './session/failures.ts';
import { consoleFolder } from './folder.ts';
import { eventRoutes } from './events.ts';
import { historyRoutes } from './history/history-routes.ts';
import { createLinks } from './session/links.ts';
import { linkRoutes } from './session/link-routes.ts';
import { modelRoute } from './model-route.ts';
import { pageRoutes } from './pages.ts';
import { permissionsOn } from './permissions.ts';
import { previewRoutes } from './preview.ts';
import { proxyRoutes } from './proxy-details.ts';
import { secure } from './security-headers.ts';
import { sessionRoutes } from './session/session-routes.ts';
import { createSessions } from './session/sessions.ts';
import type { ConsoleSigners } from './session/sign-in.ts';

/** The server side of the console. */
export type Console = {
  /** Authenticates the requests of its pages, to any route of the API. */
  readonly callerOfPage: CallerOfPage;
  /** For streams, which go on after their request. */
  readonly callerNow: CallerNow;
  /** Registers its pages, sign-in, history and undo, all under `/console`. */
  readonly routes: (api: ApiServices, store: Pick<Store, 'history'>) => FastifyPluginAsync;
  /** Registers previews, details of proxies and events, also under `/console`. */
  readonly proxyRoutes: (api: ApiServices, proxies: Omit<Proxies, 'close'>) => FastifyPluginAsync;
};

/**
 * `signers`: the users of the credentials file; undefined if authentication is off, and every caller acts for `account`. `monotonic` and
 * `now`: the clocks, in milliseconds; for tests. `folder`: where the pages are; default: where the build puts them.
 */
export type ConsoleOptions = {
  readonly signers: ConsoleSigners | undefined;
  readonly account: string;
  readonly monotonic?: () => number;
  readonly now?: () => number;
  readonly folder?: () => string | undefined;
};

const AUTHENTICATED: RouteConfig = { authenticated: true };

/** Creates the console, without any session. */
export function createConsole({
  signers,
  account,
  monotonic = () => performance.now(),
  now = Date.now,
  folder = consoleFolder,
}: ConsoleOptions): Console {
  const options = { keyOf: signers?.keyOf ?? (() => undefined), monotonic, now };
  const sessions = createSessions(options);
  const services = { signers, account, sessions, failures: createFailures(monotonic), now };
  const current = callerNow(sessions, signers, now);
  return {
    callerOfPage: callerOfPage(signers && sessions),
    callerNow: current,
    routes: (api, store) => async (app) => {
      app.addHook('onSend', async (_request, reply) => secure(reply));
      await app.register(sessionRoutes(services));
      await app.register(linkRoutes({ ...services, links: createLinks(options) }));
      app.get('/console/permissions', { config: AUTHENTICATED }, async (request) =>
        permissionsOn(callerOf(request), parameter(request.query, 'resource')),
      );
      await app.register(modelRoute(api));
      await app.register(historyRoutes(api, store));
      await app.register(pageRoutes(folder));
    },
    proxyRoutes:
      (api, { xds, configs, preview, previewChange, progress }) =>
      async (app) => {
        app.addHook('onSend', async (_request, reply) => secure(reply));
        await app.register(previewRoutes(api, previewChange));
        const statusOf = (id: number) => {
          const stream = xds.streams().find((each) => each.id === id);
          return stream && proxyStatus(stream, configs);
        };
        await app.register(proxyRoutes({ preview, xds, configs, statusOf }));
        const describeStream = (stream: StreamStatus) => {
          const { resource, instance, peer } = proxyStatus(stream, configs);
          return { resource, instance, peer };
        };
        await app.register(eventRoutes({ api, progress, describeStream, callerNow: current }));
      },
  };
}
