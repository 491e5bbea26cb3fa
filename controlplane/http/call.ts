import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import type { ApiError } from './errors.ts';
import type { Input } from '../model/input.ts';

/** What becomes known of a call while it is carried out, for those who write it down. */
export type Call = {
  /** Undefined until, and unless, it is known who calls. */
  caller: Principal | undefined;
  /** The input of the operation, once its parts are read; not checked yet. */
  input: Input | undefined;
  /** The ARN of what is asked for. */
  resource: string | undefined;
  /** Why it was refused, or failed. */
  failure: ApiError | undefined;
};

/** What a route says of itself. */
export type RouteConfig = {
  /** The operation of the API that it serves. It is authorized where its input is known. */
  readonly operation?: string;
  /** The action that a caller needs for a route that is no operation, e.g. `daybreak:GetStatus`. */
  readonly action?: string;
  /** Everybody may call, without a name. */
  readonly open?: true;
};

declare module 'fastify' {
  interface FastifyRequest {
    call: Call;
  }
}

/** A call of which nothing is known. */
export function newCall(): Call {
  return { caller: undefined, input: undefined, resource: undefined, failure: undefined };
}

/** Who calls; to be asked in handlers only, behind the hook that found it out. */
export function callerOf({ call }: FastifyRequest): Principal {
  if (call.caller === undefined) throw new Error('a handler ran before it was known who calls');
  return call.caller;
}
