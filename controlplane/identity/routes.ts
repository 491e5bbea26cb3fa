import type { FastifyInstance } from 'fastify';
import { authorize } from '../auth/authorize.ts';
import { readInput } from '../api/validation/read-input.ts';
import { partsOf } from '../api/operations/operations.ts';
import { limitExceeded, notFound } from '../http/errors.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import { proxyPath } from '../ads/identity.ts';
import { arnOf } from '../mesh/arn.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { ProxyId } from '../mesh/proxy-view.ts';
import type { CreateJoinTokenInput } from '../model/daybreak-types.ts';
import { CREATE_JOIN_TOKEN, operationNamed } from '../model/operations.ts';
import type { Authority } from './authority/authority.ts';
import { describeAuthority } from './authority/describe-authority.ts';
import type { CertificateLedger } from './certificate-ledger.ts';
import { issuedPage } from './issued.ts';
import type { Standing } from './standing.ts';
import type { Rotation } from './rotation/rotation.ts';
import { changeRoutes } from './change-routes.ts';
import { TooManyTokens, type JoinTokens } from './join-tokens.ts';

/** The path of the authority's state. */
const IDENTITY_PATH = '/daybreak/v1/identity';

/** How long a join token is valid if its creator does not say, in seconds: a quarter of an hour. */
const TOKEN_SECONDS = 900;

/** Inputs of the routes. `region`: that of ARNs; `key`: the id of the sealing key. */
export type IdentityRoutesOptions = {
  readonly live: LiveModel;
  readonly authority: Authority;
  readonly ledger: CertificateLedger;
  readonly faultOf: Standing;
  readonly rotation: Rotation;
  readonly tokens: JoinTokens;
  readonly region: string;
  readonly key: string;
};

/**
 * Serves `GET /daybreak/v1/identity`: the authority, and the certificates of the proxies that the caller may see: all, or a page with
 * `limit` and `nextToken`; needs the action `daybreak:GetIdentity`. `PUT /daybreak/v1/meshes/M/joinTokens`: creates a join token, on the
 * node's ARN.
 */
export function identityRoutes(options: IdentityRoutesOptions) {
  const { live, authority, ledger, faultOf, tokens, region, key } = options;
  const operation = operationNamed(CREATE_JOIN_TOKEN);
  return async (app: FastifyInstance): Promise<void> => {
    const config: RouteConfig = { action: 'daybreak:GetIdentity' };
    app.get(IDENTITY_PATH, { config }, async (request) => {
      const caller = callerOf(request);
      const entries = ledger.list();
      const query = request.query as Readonly<Record<string, unknown>>;
      const { items, nextToken } = issuedPage({ faultOf, authority, entries, caller, query });
      return {
        ...describeAuthority(authority, key, entries),
        certificates: items,
        ...(nextToken === undefined ? {} : { nextToken }),
      };
    });
    await changeRoutes(options)(app);
    const ofToken: RouteConfig = { operation: CREATE_JOIN_TOKEN };
    const url = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.put(url, { config: ofToken }, async (request) => {
      const parts = partsOf(request);
      request.call.input = { ...parts.body, ...parts.params };
      const input = readInput(operation, parts) as CreateJoinTokenInput;
      const caller = callerOf(request);
      await live.refresh();
      const proxy = proxyOf(input, caller.account);
      const resource = arnOf(proxy, region);
      request.call.resource = resource;
      authorize(caller, { action: `daybreak:${CREATE_JOIN_TOKEN}`, resource }, proxy);
      if (live.model.get(proxy) === undefined) throw notFound(`There is no ${proxyPath(proxy)}.`);
      const expires = Date.now() + (input.seconds ?? TOKEN_SECONDS) * 1000;
      const grant = { proxy: proxyPath(proxy), account: proxy.owner, expires, cidrs: input.cidrs ?? [] };
      try {
        return { token: await tokens.create(grant), node: grant.proxy, expires: expires / 1000 };
      } catch (error) {
        throw error instanceof TooManyTokens ? limitExceeded(`${error.message}.`) : error;
      }
    });
  };
}

function proxyOf({ meshName, meshOwner, proxy }: CreateJoinTokenInput, account: string): ProxyId {
  const { virtualNode, virtualGateway } = proxy;
  const at = { owner: meshOwner ?? account, mesh: meshName, parent: '' };
  return virtualNode === undefined
    ? { kind: 'virtualGateway', ...at, name: virtualGateway?.virtualGatewayName ?? '' }
    : { kind: 'virtualNode', ...at, name: virtualNode.virtualNodeName };
}
