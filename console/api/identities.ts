import type { Identities } from '../model/security/identity-answers.ts';
import { call, query } from './call.ts';

/** How many certificates are read at once. */
const PAGE = '1000';

/** Reads the authority with all certificates, page by page. */
export async function readIdentities(): Promise<Identities> {
  let found: Identities | undefined;
  let next: string | undefined;
  do {
    const path = `/daybreak/v1/identity${query({ limit: PAGE, nextToken: next })}`;
    const { nextToken, ...answer } = await call<Identities & { readonly nextToken?: string }>(path);
    found = { ...answer, certificates: [...(found?.certificates ?? []), ...answer.certificates] };
    next = nextToken;
  } while (next !== undefined);
  return found;
}
