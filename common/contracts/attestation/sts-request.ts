import { createHash } from 'node:crypto';

/** The body of the signed request. */
export const STS_BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

const BODY_SHA256 = createHash('sha256').update(STS_BODY).digest('hex');

/** The subject of the signature. `nonce` and `csr` (the SHA-256 of the signing request) are in hexadecimal. */
export type StsSubject = {
  readonly host: string;
  readonly audience: string;
  readonly nonce: string;
  readonly csr: string;
  readonly nodeId: string;
};

/**
 * Returns all headers of the signed request, which is a POST to `/`. Agent and control plane build it separately, so that the agent's
 * part of the request the control plane sends is the signature alone.
 */
export function signedHeaders(
  { host, audience, nonce, csr, nodeId }: StsSubject,
  { date, sessionToken }: SignedTime,
): Readonly<Record<string, string>> {
  return {
    ...commonHeaders(host, { date, sessionToken }),
    'x-daybreak-audience': audience,
    'x-daybreak-csr': csr,
    // A node id may have characters that no header has.
    'x-daybreak-node': sha256(nodeId),
    'x-daybreak-nonce': nonce,
  };
}

/** The subject of the signature of a login. `endpoint`: the host of the API, with its port, as the request names it. */
export type LoginSubject = {
  readonly host: string;
  readonly audience: string;
  readonly challenge: string;
  readonly endpoint: string;
};

/**
 * Returns all headers of the signed request of a login. They differ from those of an attestation, so that neither signature is of use for
 * the other; and they name the endpoint, so that one control plane cannot pass a signature on to another.
 */
export function signedLoginHeaders(
  { host, audience, challenge, endpoint }: LoginSubject,
  signed: SignedTime,
): Readonly<Record<string, string>> {
  return {
    ...commonHeaders(host, signed),
    'x-daybreak-audience': audience,
    'x-daybreak-endpoint': sha256(endpoint.toLowerCase()),
    'x-daybreak-login': sha256(challenge),
  };
}

/** The time of a signature, as YYYYMMDDTHHMMSSZ, and the session token of its credentials; empty without one. */
export type SignedTime = { readonly date: string; readonly sessionToken: string };

function commonHeaders(host: string, { date, sessionToken }: SignedTime): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host,
    'x-amz-content-sha256': BODY_SHA256,
    'x-amz-date': date,
    ...(sessionToken === '' ? {} : { 'x-amz-security-token': sessionToken }),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns the scope of the signature. */
export function stsScope(date: string, region: string): string {
  return `${date.slice(0, 8)}/${region}/sts/aws4_request`;
}
