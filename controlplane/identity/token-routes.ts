import type { FastifyInstance } from 'fastify';
import { formatNodePattern } from '../ads/access/node-pattern.ts';
import type { TokenGrant, Tokens } from '../ads/access/tokens.ts';
import { isNamedInFull } from '../auth/policy.ts';
import { meshAccess, type Principal } from '../auth/principal.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import { badRequest, conflict, notFound } from '../http/errors.ts';
import { parseJsonBody } from '../http/json-body.ts';
import { meshOf } from './node-mesh.ts';
import { tokenId, type JoinTokens, type ListedToken } from './join-tokens.ts';

/** The path of the list of tokens. */
const TOKENS_PATH = '/daybreak/v1/tokens';

const GET_TOKENS = 'daybreak:GetTokens';

/** A join token for `daybreak token list`. Times in ISO 8601. */
export type JoinTokenEntry = {
  readonly id: string;
  readonly node: string;
  /** The account of the mesh. */
  readonly owner: string;
  readonly created: string;
  readonly expires: string;
  /** Ranges of addresses that it may come from; all, if there are none. */
  readonly cidrs: readonly string[];
};

/** A token of the file of `--tokens`. `expires`: null if it does not. */
export type FileTokenEntry = {
  readonly id: string;
  readonly nodes: readonly string[];
  readonly expires: string | null;
};

/** The tokens of proxies, without secrets. */
export type TokenList = {
  readonly joinTokens: readonly JoinTokenEntry[];
  readonly fileTokens: readonly FileTokenEntry[];
};

/** Inputs of the routes. `joinTokens`: undefined without an authority; `fileTokens`: undefined without `--tokens`. */
export type TokenRoutesOptions = {
  readonly joinTokens: JoinTokens | undefined;
  readonly fileTokens: () => Tokens | undefined;
};

/**
 * Serves `GET /daybreak/v1/tokens` (`daybreak:GetTokens`): the join tokens that were not used yet, in meshes of the caller's account, and the tokens of
 * the file. A token of the file that is not for meshes of the caller's account alone is listed only for a caller whose policy names the action in
 * full. `POST /daybreak/v1/tokens/revoke` (`daybreak:RevokeJoinTokens`): takes join tokens away, by `id` or `node`.
 */
export function tokenRoutes({ joinTokens, fileTokens }: TokenRoutesOptions) {
  const ownTokens = (caller: Principal): readonly ListedToken[] =>
    (joinTokens?.list() ?? []).filter(
      ({ account, proxy }) => meshAccess(caller, { owner: account, mesh: meshOf(proxy) }) === 'own',
    );
  const ownFileTokens = (caller: Principal): readonly TokenGrant[] =>
    Array.from(fileTokens()?.values() ?? []).filter((grant) => maySee(caller, grant));

  return async (app: FastifyInstance): Promise<void> => {
    const list: RouteConfig = { action: GET_TOKENS };
    app.get(TOKENS_PATH, { config: list }, async (request): Promise<TokenList> => {
      const caller = callerOf(request);
      return {
        joinTokens: ownTokens(caller).map(joinTokenEntry),
        fileTokens: ownFileTokens(caller).map(fileTokenEntry),
      };
    });

    const revoke: RouteConfig = { action: 'daybreak:RevokeJoinTokens' };
    app.post(`${TOKENS_PATH}/revoke`, { config: revoke }, async (request) => {
      const caller = callerOf(request);
      const body = parseJsonBody((request.body as Buffer | undefined) ?? new Uint8Array());
      request.call.input = body;
      const { id, node } = body;
      if ((typeof id === 'string') === (typeof node === 'string'))
        throw badRequest('The body has to have either id or node, a text.');
      const ids = ownTokens(caller)
        .filter((each) => each.id === id || each.proxy === node)
        .map((each) => each.id);
      const revoked = (await joinTokens?.revoke(ids)) ?? [];
      if (revoked.length > 0) return { revoked };
      if (ownFileTokens(caller).some(({ sha256 }) => tokenId(sha256) === id))
        throw conflict('This token is in the file of --tokens: remove its line there.');
      throw notFound('There is no such join token that can still be used.');
    });
  };
}

function maySee(caller: Principal, { nodes }: TokenGrant): boolean {
  if (caller.kind === 'anyone' || isNamedInFull(caller.statements, GET_TOKENS)) return true;
  return nodes.every(({ owner }) => owner === caller.account);
}

function joinTokenEntry({ id, proxy, account, created, expires, cidrs }: ListedToken): JoinTokenEntry {
  return { id, node: proxy, owner: account, created: iso(created), expires: iso(expires), cidrs };
}

function fileTokenEntry({ sha256, nodes, expires }: TokenGrant): FileTokenEntry {
  return {
    id: tokenId(sha256),
    nodes: nodes.map(formatNodePattern),
    expires: expires === undefined ? null : iso(expires),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
