import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { createLog } from '../../../common/log.ts';
import { admitAnyone } from '../../auth/authenticate.ts';
import type { Credentials } from '../../auth/credentials/credentials.ts';
import { signed } from '../../auth/testing/signed-requests.ts';
import { admitSigned } from '../../auth/verify.ts';
import { openLiveModel, type LiveModel } from '../../mesh/live-model.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { createApi, type ApiOptions } from '../api.ts';

/** The response to a call: the status, the error's name if there is one, and the body. */
export type Answer = { readonly status: number; readonly error: string | undefined; readonly body: Json };
type Json = Readonly<Record<string, unknown>>;
type Method = 'GET' | 'PUT' | 'DELETE' | 'POST';

/** An API for one test, over a real store in a temporary folder. */
export type TestApi = {
  readonly app: FastifyInstance;
  readonly live: LiveModel;
  readonly store: Store;
  /** The API's clock, in milliseconds since 1970; tests may set it. */
  readonly clock: { now: number };
  call(method: Method, path: string, body?: unknown): Promise<Answer>;
  /** Like `call`, signed with a key of the API's credentials document. */
  callAs(accessKeyId: string, method: Method, path: string, body?: unknown): Promise<Answer>;
  /** Stops the control plane and starts another one on the same folder; `changed` overrides its options. */
  restart(changed?: TestApiOptions): Promise<TestApi>;
  close(): Promise<void>;
};

/** The account and region of every test API. */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** Options of a test API. `credentials`: the users; default: authentication is off. */
export type TestApiOptions = Pick<
  Partial<ApiOptions>,
  'quotas' | 'rateLimit' | 'log' | 'callerOfPage' | 'furtherRoutes'
> & {
  readonly credentials?: Credentials;
};

/** Starts a test API on an empty folder. */
export async function startApi(options: TestApiOptions = {}): Promise<TestApi> {
  return startOn(await mkdtemp(join(tmpdir(), 'daybreak-api-')), { now: 1_700_000_000_123 }, options);
}

async function startOn(folder: string, clock: { now: number }, options: TestApiOptions): Promise<TestApi> {
  const log = createLog('test', 'silent');
  const store = openSqliteStore({ folder });
  const live = await openLiveModel(store, log);
  const { credentials, ...rest } = options;
  const now = (): number => clock.now;
  const authenticate =
    credentials === undefined
      ? admitAnyone(ACCOUNT)
      : admitSigned({ credentials: () => credentials, region: REGION, now });
  const app = createApi({
    live,
    authenticate,
    region: REGION,
    log,
    now,
    monotonic: now,
    hosts: ['daybreak.example'],
    ...rest,
  });
  const send = async (request: InjectOptions): Promise<Answer> => {
    const reply = await app.inject(request);
    const error = reply.headers['x-amzn-errortype'];
    return {
      status: reply.statusCode,
      error: typeof error === 'string' ? error : undefined,
      body: reply.json<Json>(),
    };
  };
  const stop = async (): Promise<void> => {
    await app.close();
    live.close();
    await store.close();
  };
  return {
    app,
    live,
    store,
    clock,
    call: (method, path, body) => {
      const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
      return send({
        method,
        url: `/v20190125${path}`,
        ...(payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } }),
      });
    },
    callAs: async (accessKeyId, method, path, body) => {
      const [before = '', after = ''] = path.split('?');
      const request = await signed(
        {
          method,
          path: `/v20190125${before}`,
          query: Object.fromEntries(new URLSearchParams(after)),
          body: body === undefined ? '' : JSON.stringify(body),
        },
        { accessKeyId, at: clock.now },
      );
      const { headers, body: payload } = request;
      const url = `/v20190125${path}`;
      return send({
        method,
        url,
        headers: headers as Record<string, string>,
        ...(payload.length > 0 ? { payload } : {}),
      });
    },
    restart: async (changed = {}) => {
      await stop();
      return startOn(folder, clock, { ...options, ...changed });
    },
    close: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

const listener = (port: number, protocol = 'http') => ({ portMapping: { port, protocol } });
const MESH = '/meshes/colors';

/** A node that listens on the given ports, over http. */
export const nodeSpec = (...ports: number[]) => ({
  listeners: ports.map((port) => listener(port)),
  serviceDiscovery: { dns: { hostname: 'white.local' } },
});

/** A route of all traffic to the node `white`. */
export const routeSpec = (weight = 1, extra: object = {}) => ({
  httpRoute: {
    match: { prefix: '/' },
    action: { weightedTargets: [{ virtualNode: 'white', weight, ...extra }] },
  },
});

/** One resource of each kind, in creation order: the collection, the name's member, the name, the specification. */
export const ALL_KINDS = [
  ['/meshes', 'meshName', 'colors', { egressFilter: { type: 'ALLOW_ALL' } }],
  [`${MESH}/virtualNodes`, 'virtualNodeName', 'white', nodeSpec(9080)],
  [`${MESH}/virtualRouters`, 'virtualRouterName', 'router', { listeners: [listener(9080)] }],
  [`${MESH}/virtualRouter/router/routes`, 'routeName', 'all', routeSpec()],
  [
    `${MESH}/virtualServices`,
    'virtualServiceName',
    'teller.local',
    { provider: { virtualRouter: { virtualRouterName: 'router' } } },
  ],
  [`${MESH}/virtualGateways`, 'virtualGatewayName', 'door', { listeners: [listener(8080)] }],
  [
    `${MESH}/virtualGateway/door/gatewayRoutes`,
    'gatewayRouteName',
    'in',
    {
      httpRoute: {
        match: { prefix: '/' },
        action: { target: { virtualService: { virtualServiceName: 'teller.local' } } },
      },
    },
  ],
] as const;

/** Creates one resource of each kind. */
export async function makeAll(api: TestApi): Promise<void> {
  for (const [path, member, name, spec] of ALL_KINDS) {
    const { status, body } = await api.call('PUT', path, { [member]: name, spec });
    if (status !== 200) throw new Error(`making ${name}: ${JSON.stringify(body)}`);
  }
}
