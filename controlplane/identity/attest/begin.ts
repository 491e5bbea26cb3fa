import { randomBytes, X509Certificate } from 'node:crypto';
import type { PublicKey } from '@peculiar/x509';
import type { Hello } from '../../../common/contracts/attestation/messages.ts';
import { spiffeIdOf } from '../../../common/contracts/spiffe-id.ts';
import { errorText } from '../../../common/error-text.ts';
import { CallError } from '../../../xds/grpc/call-error.ts';
import type { ServerCall } from '../../../xds/grpc/server-call.ts';
import { status } from '../../../xds/grpc/status.ts';
import { parseIdentity, proxyPath, resolve } from '../../ads/identity.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { ProxyId } from '../../mesh/proxy-view.ts';
import type { Authority } from '../authority/authority.ts';
import { alternativeNames, isCurrent, rootAbove, type Trust } from '../authority/chain.ts';
import { readSigningRequest } from '../signing-request.ts';
import type { Attempt, Prover } from './attempt.ts';
import { Refused } from './refused.ts';
import { peerHost } from '../../../common/addresses/peer-host.ts';

/** The longest node.id, in characters: an ARN with two names of 255. */
export const LONGEST_NODE_ID = 1024;

/** Inputs of a beginning. */
export type BeginOptions = {
  readonly live: LiveModel;
  readonly authority: Pick<Authority, 'trustDomain' | 'issuingEnds'>;
  readonly provers: readonly Prover[];
  readonly sts: { readonly host: string; readonly region: string };
  readonly now?: () => number;
};

/** An attempt that waits for its proof. */
export type Begun = { readonly attempt: Attempt; readonly prover: Prover; readonly key: PublicKey };

/**
 * Checks the hello of a proxy, and chooses the method: the agent's first that this attempt could use. Cheap checks come first. `own`: the certificate of
 * the connection, if it is one of this authority.
 */
export async function begin(
  { authority, provers, sts, now = Date.now }: BeginOptions,
  call: ServerCall,
  hello: Hello,
  proxy: ProxyId,
  own: X509Certificate | undefined,
): Promise<Begun> {
  requireIssuer(authority, now());
  const spiffeId = spiffeIdOf(authority.trustDomain, proxy);
  if (spiffeId === undefined) {
    throw new Refused(
      'NAME_WITHOUT_ID',
      `${proxyPath(proxy)} can have no SPIFFE id: its names may only have letters, digits, dots, dashes and underscores`,
    );
  }
  const certificateNames = own === undefined ? [] : alternativeNames(own, 'URI');
  const certificateSerial = own?.serialNumber.toLowerCase();
  // TLS checked the dates at the handshake, which may be long ago.
  const verified = own !== undefined ? undefined : call.connection.certificate();
  const other = verified && new X509Certificate(verified.raw);
  const foreign = other !== undefined && isCurrent(other, now()) ? other : undefined;
  const foreignNames = {
    uris: foreign === undefined ? [] : alternativeNames(foreign, 'URI'),
    dns: foreign === undefined ? [] : alternativeNames(foreign, 'DNS'),
  };
  const { methods } = hello;
  const renewed = { certificateNames, certificateSerial, spiffeId, methods };
  const renewalFault = methods
    .flatMap((method) => provers.find((each) => each.method === method)?.fault?.(renewed) ?? [])
    .at(0);
  const prover = methods
    .map((method) =>
      provers.find((each) => each.method === method && each.offers({ ...renewed, foreignNames })),
    )
    .find((each) => each !== undefined);
  if (prover === undefined) {
    if (renewalFault !== undefined) throw new Refused('NOT_RENEWED', notRenewed(renewalFault));
    const offered = methods.length === 0 ? 'nothing' : [...new Set(methods)].join(', ');
    throw new Refused(
      'NO_METHOD',
      `the agent can prove itself by ${offered}; this control plane takes ${provers.map(({ method }) => method).join(', ')}`,
    );
  }
  const key = await readSigningRequest(hello.signingRequest);
  if (key === undefined) {
    throw new Refused(
      'SIGNING_REQUEST',
      'the signing request has to be PKCS #10, with a key on P-256 or P-384 that signed it',
    );
  }
  const challenge = {
    method: prover.method,
    nonce: new Uint8Array(randomBytes(32)),
    audience: authority.trustDomain,
    stsHost: sts.host,
    stsRegion: sts.region,
  };
  const attempt = {
    hello,
    proxy,
    spiffeId,
    challenge,
    address: peerHost(call.connection.peer),
    certificateNames,
    certificateSerial,
    renewalFault,
    foreignNames,
  };
  return { attempt, prover, key };
}

/** @throws CallError if the intermediate has ended: no verifier takes a certificate of it, and the proof would be given for nothing */
function requireIssuer(authority: Pick<Authority, 'issuingEnds'>, now: number): void {
  const ends = authority.issuingEnds();
  if (ends > now) return;
  throw new CallError(
    status.UNAVAILABLE,
    `this control plane cannot issue certificates: its intermediate ended at ${new Date(ends).toISOString()}, and its clock is at ${new Date(now).toISOString()}`,
  );
}

/** Returns the certificate of a connection, if it is one of this authority. */
export function ownCertificate(call: ServerCall, trust: Trust, now: number): X509Certificate | undefined {
  const presented = call.connection.presented();
  const leaf = presented && new X509Certificate(presented.raw);
  return leaf !== undefined && rootAbove(leaf, trust, now) !== undefined ? leaf : undefined;
}

/** Says why a certificate is not renewed. */
export function notRenewed(fault: string): string {
  return `the certificate of this agent is not renewed: ${fault}`;
}

/** Returns the proxy that a node.id names. @throws Refused if there is none */
export async function namedProxy(live: LiveModel, nodeId: string): Promise<ProxyId> {
  const identity = identityIn(nodeId);
  // Another replica may have created the node a moment ago.
  const found = resolve(live.model, identity) ?? (await live.refresh(), resolve(live.model, identity));
  if (found === undefined) throw new Refused('NODE_UNKNOWN', `there is no ${proxyPath(identity)}`);
  return found;
}

function identityIn(nodeId: string): ReturnType<typeof parseIdentity> {
  if (nodeId.length > LONGEST_NODE_ID)
    throw new Refused('NODE_UNKNOWN', `node.id is longer than ${LONGEST_NODE_ID} characters`);
  try {
    return parseIdentity(nodeId);
  } catch (error) {
    throw new Refused('NODE_UNKNOWN', errorText(error));
  }
}
