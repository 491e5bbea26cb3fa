import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessKey } from '../../auth/credentials/credentials.ts';
import { anyone, userArn } from '../../auth/principal.ts';
import { isConfidential, isEncrypted } from '../../http/authenticate.ts';
import type { RouteConfig } from '../../http/call.ts';
import { forbidden } from '../../http/errors.ts';
import { callerOfPage, requireOwnPage } from './caller-of-page.ts';
import type { ConsoleSession } from '../contract.ts';
import type { Failures } from './failures.ts';
import { allowedActions, isReadOnly } from '../permissions.ts';
import { cookieOf, noCookie, secretInCookie } from './session-cookie.ts';
import { IDLE, type Session, type Sessions } from './sessions.ts';
import { keyOfSignIn, type ConsoleSigners } from './sign-in.ts';

/** `signers`: the users; undefined if authentication is off, and every caller acts for `account`. */
export type SessionServices = {
  readonly signers: ConsoleSigners | undefined;
  readonly account: string;
  readonly sessions: Sessions;
  readonly failures: Failures;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

const OPEN: RouteConfig = { open: true };
const SIGN_IN: RouteConfig = { open: true, event: 'ConsoleLogin' };

/** Serves `/console/session`: `GET` returns the session, `POST` signs in by key and secret, `DELETE` signs out. */
export function sessionRoutes(services: SessionServices) {
  const { signers, account, sessions, failures, now } = services;
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/console/session', { config: OPEN, exposeHeadRoute: false }, async (request) =>
      describe(request, current(request)),
    );
    app.post('/console/session', { config: SIGN_IN }, async (request, reply) => {
      if (signers === undefined) return openSession(account);
      requireOwnPage(request);
      return signedIn(begin(services, request, reply, keyOfSignIn(request, signers, failures, now())));
    });
    app.delete('/console/session', { config: OPEN }, async (request, reply) => {
      // This also checks the header, so that a page of another site cannot end a session.
      const page = signers === undefined ? undefined : callerOfPage(sessions)(request);
      const secret = secretInCookie(request.headers, isEncrypted(request));
      if (page !== undefined && secret !== undefined) sessions.end(secret);
      reply.header('set-cookie', noCookie(isEncrypted(request)));
      return describe(request, undefined);
    });
  };

  function current(request: FastifyRequest): Session | undefined {
    const secret = secretInCookie(request.headers, isEncrypted(request));
    if (secret === undefined) return undefined;
    requireOwnPage(request);
    return sessions.use(secret);
  }

  function describe(request: FastifyRequest, session: Session | undefined): ConsoleSession {
    if (signers === undefined) return openSession(account);
    if (session !== undefined) return signedIn(session);
    return { state: 'signed out', mayStart: isConfidential(request) };
  }
}

/** Begins a session in place of the browser's previous one, and gives the browser its cookie. */
export function begin(
  { sessions }: Pick<SessionServices, 'sessions'>,
  request: FastifyRequest,
  reply: FastifyReply,
  key: AccessKey,
): Session {
  const encrypted = isEncrypted(request);
  const previous = secretInCookie(request.headers, encrypted);
  if (previous !== undefined) sessions.end(previous);
  const secret = sessions.begin(key);
  const session = sessions.use(secret);
  if (session === undefined)
    throw forbidden('The key of this session was removed. Sign in with another one.');
  request.call.caller = session.user;
  request.call.source = 'console';
  reply.header('set-cookie', cookieOf(secret, encrypted));
  return session;
}

function openSession(account: string): ConsoleSession {
  return { state: 'open', account, token: '', actions: allowedActions(anyone(account)), readOnly: false };
}

function signedIn({ user, token, endsAt }: Session): ConsoleSession {
  const actions = allowedActions(user);
  const { name, account } = user;
  return {
    state: 'signed in',
    user: { arn: userArn(user), name, account },
    token,
    endsAt: new Date(endsAt).toISOString(),
    idleSeconds: IDLE / 1000,
    actions,
    readOnly: isReadOnly(actions),
  };
}
