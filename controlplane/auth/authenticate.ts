import { anyone, type Principal } from './principal.ts';

/** What a signature is about, as it was received. `method` and `path` as on the request line, `path` without the query. */
export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  /** Decoded. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
  /** A password will do instead of a signature: the route is one for tools, and nobody on the way can read along. */
  readonly passwordWillDo?: boolean;
};

/** Finds out who sent a request; rejects with an ApiError of AWS's names when that is not proven. */
export type Authenticate = (request: SignedRequest) => Promise<Principal>;

/** Nobody is asked: any signature or none will do, and everyone acts for that account with all rights. */
export function admitAnyone(account: string): Authenticate {
  const principal = anyone(account);
  return async () => principal;
}
