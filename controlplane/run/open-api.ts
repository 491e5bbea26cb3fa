import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { plaintextRoute } from '../agents/plaintext-route.ts';
import { securityRoute } from '../agents/security-route.ts';
import { createApi, type ApiOptions } from '../api/api.ts';
import { openAudit } from '../audit/open-audit.ts';
import { accessRoute } from '../authorization/route.ts';
import { userNow } from '../auth/user-now.ts';
import { backupRoute } from '../backup/route.ts';
import { configDumpRoute } from '../config-dump/route.ts';
import { guardApi } from '../connections/guard-api.ts';
import type { Console } from '../console/console.ts';
import { loadConsole } from '../console/load.ts';
import { createAdmissions } from '../explain/admission.ts';
import { createEnvoysOf } from '../explain/connected-envoys.ts';
import { explainRoute } from '../explain/route.ts';
import { callerOf } from '../http/call.ts';
import type { CallerNow } from '../http/caller-of-page.ts';
import { tokenRoutes } from '../identity/token-routes.ts';
import { measureApi } from '../metrics/measure-api.ts';
import { latenciesRoute } from '../reports/latencies/latencies-route.ts';
import { createLongRange } from '../reports/prometheus.ts';
import { reportsRoutes } from '../reports/routes.ts';
import { createStatus, statusRoute } from '../status/status-route.ts';
import type { Base } from './open-base.ts';
import type { ProxySide } from './open-proxies.ts';
import type { Context } from './context.ts';

/** Creates the API with all routes of the control plane. It does not listen yet. */
export async function openApi(context: Context, base: Base, side: ProxySide): Promise<FastifyInstance> {
  const { settings, log, opened } = context;
  const { region } = settings;
  const { metrics, live, identities } = base;
  const console = await openConsole(context, base);
  const api = createApi({
    live,
    region,
    log,
    authenticate: identities?.authenticate ?? base.access.authenticate,
    ...(console && consoleParts(console, base, side)),
    quotas: settings.quotas,
    plainFacts: (node) => ({
      callers: side.instances.plain.of(node),
      others: side.instances.hasOthers(node),
    }),
    rateLimit: settings.rateLimit,
    hosts: [hostname(), ...settings.apiHosts],
    tls: base.tls,
    writeFailure: base.writeFailure,
  });
  if (settings.audit !== undefined) {
    const audit = openAudit(api, settings.audit, { region, log, metrics });
    opened.defer(audit.close);
  }
  opened.defer(() => api.close());
  guardApi(api, base.trackers.api);
  measureApi(api, metrics);
  api.register(backupRoute(base.store));
  addProxyRoutes(api, context, base, side);
  addReports(api, context, base, side, console);
  if (identities !== undefined) api.register(identities.routes);
  api.register(
    tokenRoutes({ joinTokens: identities?.tokens, fileTokens: () => side.adsAccess.tokens?.current() }),
  );
  return api;
}

/** Creates the console; undefined if it is off. */
async function openConsole({ settings }: Context, { access }: Base): Promise<Console | undefined> {
  if (!settings.console) return undefined;
  const { createConsole } = await loadConsole();
  return createConsole({ signers: access.signers, account: settings.account });
}

/** The console's parts of the API. */
function consoleParts(
  console: Console,
  { store }: Base,
  { proxies }: ProxySide,
): Pick<ApiOptions, 'callerOfPage' | 'furtherRoutes'> {
  return {
    callerOfPage: console.callerOfPage,
    furtherRoutes: (services) => async (app) => {
      await app.register(console.routes(services, store));
      await app.register(console.proxyRoutes(services, proxies));
    },
  };
}

/** The routes about the proxies: their configurations, explanations, admitted callers, and states. */
function addProxyRoutes(api: FastifyInstance, { settings }: Context, base: Base, side: ProxySide): void {
  const { live, identities } = base;
  const { proxies, agents } = side;
  const { model } = live;
  const admissionsOf = createAdmissions({
    model,
    dependents: proxies.configs.dependents,
    trustDomain: settings.translation.trustDomain,
  });
  api.register(configDumpRoute(proxies.preview));
  api.register(
    explainRoute(proxies.preview, createEnvoysOf(model, proxies.xds, proxies.configs), admissionsOf),
  );
  api.register(accessRoute(live, agents));
  api.register(statusRoute(createStatus(model, proxies.xds, proxies.configs, agents), identities?.refusals));
  if (identities === undefined) return;
  api.register(
    securityRoute(live, {
      changing: side.modes.of,
      instances: side.instances.mutual.of,
      hasOthers: side.instances.hasOthers,
      plainCallers: side.instances.plain.of,
      agents,
    }),
  );
  api.register(
    plaintextRoute({
      model,
      callers: side.instances.plain,
      hasOthers: side.instances.hasOthers,
      agents,
      window: settings.plaintextWindow,
    }),
  );
}

/** The routes of live figures. */
function addReports(
  api: FastifyInstance,
  { settings }: Context,
  { live: { model }, access }: Base,
  { reports }: ProxySide,
  console: Console | undefined,
): void {
  const longRange =
    settings.prometheus === undefined ? undefined : createLongRange({ url: settings.prometheus, model });
  const mostStreams = Math.ceil(settings.connections.api.all / 4);
  const callerNow: CallerNow =
    console?.callerNow ?? ((request) => userNow(callerOf(request), access.signers, Date.now()));
  api.register(reportsRoutes({ reports, model, mostStreams, callerNow, longRange }));
  api.register(latenciesRoute({ reports, model }));
}
