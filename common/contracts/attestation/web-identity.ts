import { createHash } from 'node:crypto';

/** The member of a token of AWS STS that has AWS's own claims. */
export const AWS_CLAIMS = 'https://sts.amazonaws.com/';

/** The only algorithm of tokens that agents ask for and control planes take. */
export const JWT_ALGORITHM = 'ES384';

/** The subject of a token. `nonce` and `csr` (the SHA-256 of the signing request) are in hexadecimal. */
export type TokenSubject = { readonly nonce: string; readonly csr: string; readonly nodeId: string };

/** Returns the tags of a token, which AWS STS writes into it: they bind the token to one attempt. */
export function tokenTags({ nonce, csr, nodeId }: TokenSubject): Readonly<Record<string, string>> {
  return {
    'daybreak-nonce': nonce,
    'daybreak-csr': csr,
    // A node id may have characters that no tag has.
    'daybreak-node': createHash('sha256').update(nodeId).digest('hex'),
  };
}
