import { X509Certificate } from 'node:crypto';
import type { Trust } from '../../identity/authority/chain.ts';
import { svidHolder } from './svid-holder.ts';
import type { Followed } from '../../../common/files/followed-files.ts';
import type { ServerCall } from '../../../xds/grpc/server-call.ts';
import { CallError } from '../../../xds/grpc/call-error.ts';
import { status } from '../../../xds/grpc/status.ts';
import { ApiError } from '../../http/errors.ts';
import type { TokenBucket } from '../../../common/limits/token-bucket.ts';
import type { SignedRequest } from '../../auth/authenticate.ts';
import type { Access } from '../../auth/open-access.ts';
import type { ClientCa } from './client-ca.ts';
import {
  ANYONE,
  certificateHolder,
  signer,
  tokenHolder,
  unauthenticated,
  type Credential,
} from './credential.ts';
import { tokenSum, type Tokens } from './tokens.ts';

/** The sources that streams are authenticated against. If all are undefined, authentication is off. */
export type StreamAuthorities = {
  readonly tokens: Followed<Tokens> | undefined;
  readonly clientCa: Followed<ClientCa> | undefined;
  /** Users of the credentials file, authenticated by their signatures. */
  readonly signers: Access['signers'];
  /** Limits the verification of signatures, which costs CPU before the caller is authenticated. */
  readonly verifications: TokenBucket;
  readonly region: string;
  /** The authority of this control plane. Undefined: it has none. */
  readonly trust: Trust | undefined;
};

/** Whether streams have to authenticate: at least one source is given. */
export function asksAnything({ tokens, clientCa, signers, trust }: StreamAuthorities): boolean {
  return [tokens, clientCa, signers, trust].some((each) => each !== undefined);
}

/**
 * Authenticates the caller of a stream: by the bearer token in its metadata, else by the signature, else by the certificate of
 * its connection. It does not check whether the caller may be the proxy that it then names, nor whether the credential is still
 * valid. Throws or rejects with a CallError UNAUTHENTICATED.
 */
export function authenticateStream(
  authorities: StreamAuthorities,
  call: ServerCall,
): Credential | Promise<Credential> {
  const { tokens, signers, region } = authorities;
  if (!asksAnything(authorities)) return ANYONE;
  const authorization = call.headers.authorization ?? '';
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (tokens !== undefined && token !== undefined) {
    return tokenHolder(tokenSum(token), tokens.current, Date.now);
  }
  if (signers !== undefined && authorization.startsWith('AWS4-')) {
    requireVerification(authorities);
    return bySignature(signers, region, call);
  }
  const holder = byCertificate(call, authorities);
  if (holder !== undefined) return holder;
  throw unauthenticated(`no credentials: this control plane wants ${wanted(authorities)}`);
}

function byCertificate(
  { connection }: ServerCall,
  { clientCa, trust }: StreamAuthorities,
): Credential | undefined {
  // `svidHolder` verifies the certificate up to a root: Node's TLS accepts no root that is itself below another authority.
  const presented = trust === undefined ? undefined : connection.presented();
  const holder = trust && presented && svidHolder(new X509Certificate(presented.raw), trust, Date.now);
  if (holder !== undefined) return holder;
  const certificate = clientCa && connection.certificate();
  if (clientCa === undefined || certificate === undefined) return undefined;
  return certificateHolder(new X509Certificate(certificate.raw), certificate, clientCa.current, Date.now);
}

function requireVerification({ verifications }: StreamAuthorities): void {
  const wait = verifications();
  if (wait === 0) return;
  const soon = `the next will be verified in ${Math.ceil(wait * 1000)} ms`;
  throw new CallError(
    status.RESOURCE_EXHAUSTED,
    `too many new streams with signatures at once for --ads-rate-limit: ${soon}`,
  );
}

function wanted({ tokens, clientCa, signers, trust }: StreamAuthorities): string {
  const ways = [
    ...(trust === undefined ? [] : [`a certificate of the trust domain ${trust.trustDomain}`]),
    ...(tokens === undefined ? [] : ['authorization: Bearer TOKEN with a token of its --tokens']),
    ...(clientCa === undefined ? [] : ['a client certificate of its --client-ca that is valid now']),
    ...(signers === undefined ? [] : ['a SigV4 signature of a user of its --credentials']),
  ];
  return ways.join(', or ');
}

/**
 * Authenticates a call that is signed as Envoy's AWS IAM plugin for google_grpc does: POST to the method's path, with an empty
 * body, whatever the stream then carries. The signed host has no default port, which the call may still name.
 */
async function bySignature(
  signers: NonNullable<Access['signers']>,
  region: string,
  call: ServerCall,
): Promise<Credential> {
  const host = call.authority;
  const hosts = new Set([host, host.replace(/:(443|80)$/, '')]);
  let refusal: unknown;
  for (const candidate of hosts) {
    try {
      const caller = await signers.authenticate(signedParts(call, candidate));
      const key = caller.kind === 'user' ? signers.keyOf(caller.accessKeyId) : undefined;
      if (key !== undefined) return signer(key, signers.keyOf, region, Date.now);
    } catch (error) {
      refusal = error;
    }
  }
  if (refusal instanceof ApiError) throw unauthenticated(refusal.message, { cause: refusal });
  throw refusal ?? unauthenticated('the access key is not in the --credentials file any more');
}

function signedParts({ path, headers: fields }: ServerCall, host: string): SignedRequest {
  const headers = Object.entries(fields)
    .filter(([name]) => !name.startsWith(':'))
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')] as const);
  return {
    method: 'POST',
    path,
    query: {},
    headers: { ...Object.fromEntries(headers), host },
    body: new Uint8Array(),
  };
}
