import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.ts';

/**
 * Authenticates requests of the console's pages. Returns undefined for all others. `caller`: the user of the session; undefined if
 * authentication is off.
 * @throws ApiError if the session ended, or the request was not made by a page of the console
 */
export type CallerOfPage = (
  request: FastifyRequest,
) => { readonly caller: Principal | undefined } | undefined;

/** Returns the caller of an earlier request as it is now, with its current policies; undefined if its key or session has ended. */
export type CallerNow = (request: FastifyRequest) => Principal | undefined;
