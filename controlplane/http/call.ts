import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import type { ApiError } from './errors.ts';
import type { Input } from '../model/input.ts';

/** The details of a call, for the access log and the audit. They are set while the call is executed. */
export type Call = {
  /** Undefined until the caller is authenticated. */
  caller: Principal | undefined;
  /** The input of the operation, before validation. */
  input: Input | undefined;
  /** The ARN of the requested resource. */
  resource: string | undefined;
  /** The error, if the call was refused or failed. */
  failure: ApiError | undefined;
  /** Whether a page of the console sent it. */
  source: CallSource;
  /** The operation that a call of another route amounts to, for the log and the audit. */
  operation: string | undefined;
};

/** The sender of a call: a client of the API, or a page of the console. */
export type CallSource = 'api' | 'console';

/** The configuration of a route, which declares who may call it. */
export type RouteConfig = {
  /** The operation of the API that it serves. The operation's handler authorizes it, because that needs the input. */
  readonly operation?: string;
  /** The action that a caller needs for a route that is not an operation, e.g. `daybreak:GetStatus`. */
  readonly action?: string;
  /** The route needs no authentication. */
  readonly open?: true;
  /** The route needs an authenticated caller but no action: it gives no more than the caller already has. */
  readonly authenticated?: true;
  /** The route answers under any host name, because health checks use any. */
  readonly anyHost?: true;
  /** The name under which the audit has each call of the route. Default: only denials and inspections are audited. */
  readonly event?: string;
};

declare module 'fastify' {
  interface FastifyRequest {
    call: Call;
  }
}

/** Returns a call without any details yet. */
export function newCall(): Call {
  return {
    caller: undefined,
    input: undefined,
    resource: undefined,
    failure: undefined,
    source: 'api',
    operation: undefined,
  };
}

/** Returns the authenticated caller. Only for handlers, which run after the authentication hook. */
export function callerOf({ call }: FastifyRequest): Principal {
  if (call.caller === undefined) throw new Error('a handler ran before the caller was authenticated');
  return call.caller;
}
