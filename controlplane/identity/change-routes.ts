import type { FastifyInstance } from 'fastify';
import { authorizeForAll } from '../auth/authorize.ts';
import { meshAccess } from '../auth/principal.ts';
import { badRequest, conflict, notFound, unavailable } from '../http/errors.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import { parseJsonBody } from '../http/json-body.ts';
import type { Authority } from './authority/authority.ts';
import { describeAuthority } from './authority/describe-authority.ts';
import { earlierOnes, type CertificateLedger } from './certificate-ledger.ts';
import { IdentityError } from './errors.ts';
import { meshOf } from './node-mesh.ts';
import { ROTATIONS, type Rotation } from './rotation/rotation.ts';

/** Inputs of the routes. `key`: the id of the sealing key. */
export type ChangeRoutesOptions = {
  readonly authority: Authority;
  readonly ledger: CertificateLedger;
  readonly rotation: Rotation;
  readonly key: string;
};

const NODE = /^mesh\/[^/]+\/virtual(?:Node|Gateway)\/[^/]+$/;

/** Other tools write serial numbers in capital letters, or with colons. */
function serialOf(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}

/** The longest list of serial numbers in an answer. */
const MOST_SHOWN = 1000;

/**
 * Serves two routes:
 *
 * - `POST /daybreak/v1/identity/rotate` rotates the authority. It concerns all accounts, so a policy has to name `daybreak:RotateIdentity` in full. The
 *   answer has the rotation in progress.
 * - `POST /daybreak/v1/identity/revoke` revokes a certificate and those that it renewed, or all certificates of a node, in a mesh of the caller's account.
 */
export function changeRoutes({ authority, ledger, rotation, key }: ChangeRoutesOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    const rotate: RouteConfig = { action: 'daybreak:RotateIdentity' };
    app.post('/daybreak/v1/identity/rotate', { config: rotate }, async (request) => {
      authorizeForAll(callerOf(request), 'daybreak:RotateIdentity');
      const body = parseJsonBody((request.body as Buffer | undefined) ?? new Uint8Array());
      request.call.input = body;
      const what = ROTATIONS.find((each) => each === body['what']);
      if (what === undefined) throw badRequest(`what: it has to be one of ${ROTATIONS.join(', ')}.`);
      const refusal = await rotation.request(what).catch((error: unknown) => {
        // AWS KMS or AWS Private CA refuses, or is away: the operator has to read its words.
        throw error instanceof IdentityError ? unavailable(`${error.message}.`, error) : error;
      });
      if (refusal !== undefined) throw conflict(`${refusal}.`);
      const state = describeAuthority(authority, key, ledger.list());
      return { what, generation: state.generation, rotation: state.rotation };
    });

    const revoke: RouteConfig = { action: 'daybreak:RevokeCertificates' };
    app.post('/daybreak/v1/identity/revoke', { config: revoke }, async (request) => {
      const caller = callerOf(request);
      const body = parseJsonBody((request.body as Buffer | undefined) ?? new Uint8Array());
      request.call.input = body;
      const { serial, node } = body;
      if ((typeof serial === 'string') === (typeof node === 'string'))
        throw badRequest('The body has to have either serial or node, a text.');
      const all = ledger.listAll();
      if (typeof node === 'string' && !NODE.test(node))
        throw badRequest(
          `node ${JSON.stringify(node)}: it has to be mesh/M/virtualNode/N or mesh/M/virtualGateway/G.`,
        );
      const named = typeof serial === 'string' ? earlierOnes(all, serialOf(serial)) : undefined;
      const found = all
        .filter((each) => (named === undefined ? each.node === node : named.has(each.serial)))
        .filter(({ owner, node: path }) => meshAccess(caller, { owner, mesh: meshOf(path) }) === 'own');
      if (found.length === 0)
        throw notFound(
          `There is no such certificate that is still valid: ${JSON.stringify(serial ?? node)}. See \`daybreak identity\`.`,
        );
      const serials = found.map((each) => each.serial);
      return { revoked: await ledger.revoke(serials), serials: serials.slice(0, MOST_SHOWN) };
    });
  };
}
