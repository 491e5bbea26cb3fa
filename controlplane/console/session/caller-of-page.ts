import type { FastifyRequest } from 'fastify';
import { isEncrypted } from '../../http/authenticate.ts';
import { userNow } from '../../auth/user-now.ts';
import { callerOf } from '../../http/call.ts';
import type { CallerNow, CallerOfPage } from '../../http/caller-of-page.ts';
import { ApiError, forbidden } from '../../http/errors.ts';
import { TOKEN_HEADER } from '../contract.ts';
import { secretInCookie } from './session-cookie.ts';
import { sameText, type Sessions } from './sessions.ts';
import type { ConsoleSigners } from './sign-in.ts';

/**
 * Authenticates the pages' requests by the cookie of their session. A signed request counts as that of a client, even if it has a cookie. A
 * request that writes has to repeat the session's token in a header, which no page of another origin can read or send. `sessions`:
 * undefined if authentication is off: then a page is known by its headers alone.
 */
export function callerOfPage(sessions: Sessions | undefined): CallerOfPage {
  return (request) => {
    const { method, headers } = request;
    const token = headers[TOKEN_HEADER];
    if (sessions === undefined) {
      // Browsers set this header themselves, for requests from pages of exactly this host and port.
      const isPage = token !== undefined || headers['sec-fetch-site'] === 'same-origin';
      return isPage ? { caller: undefined } : undefined;
    }
    const secret = isSigned(request) ? undefined : secretInCookie(headers, isEncrypted(request));
    if (secret === undefined) return undefined;
    requireOwnPage(request);
    const session = sessions.use(secret);
    if (session === undefined) throw noSession();
    const isReading = method === 'GET' || method === 'HEAD';
    if (!isReading && (typeof token !== 'string' || !sameText(token, session.token))) {
      throw forbidden(
        `A request that writes with the cookie of a session needs the header ${TOKEN_HEADER} with the token of that session.`,
      );
    }
    return { caller: session.user };
  };
}

/**
 * Returns the caller of an earlier request as it is now: the user of its session, else of its key. Undefined: the session or the key has
 * ended.
 */
export function callerNow(
  sessions: Sessions,
  signers: ConsoleSigners | undefined,
  now: () => number,
): CallerNow {
  return (request) => {
    const caller = callerOf(request);
    const secret = isSigned(request) ? undefined : secretInCookie(request.headers, isEncrypted(request));
    if (signers === undefined || secret === undefined) return userNow(caller, signers, now());
    return sessions.peek(secret)?.user;
  };
}

/**
 * Refuses requests from pages of other sites and of other ports of this host: browsers send the cookie with the latter, too.
 * @throws ApiError ForbiddenException
 */
export function requireOwnPage({ headers }: Pick<FastifyRequest, 'headers'>): void {
  // Browsers have sent this header since 2023. Each request that writes also has an Origin, which is checked earlier.
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw forbidden('A page of another site or port may not use the session of the console.');
}

/** Sessions are in the memory of one control plane. */
function noSession(): ApiError {
  return new ApiError(
    'ExpiredTokenException',
    'The session of the console has ended, or another control plane behind this address has it. Sign in again. A balancer in front of several control planes has to send a browser to the same one.',
  );
}

function isSigned({ headers, query }: FastifyRequest): boolean {
  return (
    headers.authorization !== undefined ||
    (query as Readonly<Record<string, unknown>>)['X-Amz-Algorithm'] !== undefined
  );
}
