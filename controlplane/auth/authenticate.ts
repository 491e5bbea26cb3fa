import { anyone, type Principal } from './principal.ts';

/** The signed parts of a request, as received. `method` and `path` as on the request line, `path` without the query. */
export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  /** Decoded. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
  /** Accepts a password instead of a signature: for tools' routes, on a confidential connection only. */
  readonly allowsPassword?: boolean;
};

/** Authenticates the sender of a request; rejects with an ApiError of AWS's names if that fails. */
export type Authenticate = (request: SignedRequest) => Promise<Principal>;

/** Creates the authentication that is off: every caller, with any signature or none, acts for that account with all rights. */
export function admitAnyone(account: string): Authenticate {
  const principal = anyone(account);
  return async () => principal;
}
