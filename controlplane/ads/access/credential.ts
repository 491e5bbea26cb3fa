import type { X509Certificate } from 'node:crypto';
import { CallError } from '../../../xds/grpc/call-error.ts';
import { status } from '../../../xds/grpc/status.ts';
import { arnOf } from '../../mesh/arn.ts';
import { ApiError } from '../../http/errors.ts';
import { authorize } from '../../auth/authorize.ts';
import type { AccessKey } from '../../auth/credentials/credentials.ts';
import { userArn } from '../../auth/principal.ts';
import { nodesOfCertificate, type CertificateNames } from './certificate-nodes.ts';
import { isIssuedBy, type ClientCa } from './client-ca.ts';
import {
  admitsEveryNode,
  admitsNode,
  describeSubject,
  formatNodePattern,
  type NodePattern,
  type Subject,
} from './node-pattern.ts';
import type { Tokens } from './tokens.ts';

/** The identity that a stream has proven. */
export type Credential = {
  /** Name of the holder for the log. Never a secret. */
  readonly who: string;
  /** Whether it identifies its holder, who may then have private keys. */
  readonly identifies: boolean;
  /** When the credential expires, as currently known, in milliseconds since 1970; undefined: never. */
  expires(): number | undefined;
  /** Checks that the credential is valid now. Call this again while the stream lives. Throws a CallError UNAUTHENTICATED. */
  verify(): void;
  /**
   * Checks that the holder may be that proxy now; undefined: that the holder may see all proxies. Call this again too, after `verify`.
   * Throws a CallError PERMISSION_DENIED.
   */
  admit(subject: Subject | undefined): void;
};

/** The credential of every stream if authentication is off. */
export const ANYONE: Credential = {
  who: 'anyone',
  identifies: false,
  expires: () => undefined,
  verify: () => undefined,
  admit: () => undefined,
};

/** Returns the holder of a token, by the token's SHA-256. `tokens` is called for each check, so changes take effect. */
export function tokenHolder(sum: string, tokens: () => Tokens, now: () => number): Credential {
  const who = `the token ${sum.slice(0, 12)}`;
  return {
    who,
    identifies: true,
    expires: () => tokens().get(sum)?.expires,
    verify() {
      const grant = tokens().get(sum);
      if (grant === undefined) {
        throw unauthenticated(
          'the bearer token is not known: its SHA-256 is in no line of the --tokens file',
        );
      }
      if (grant.expires !== undefined && now() >= grant.expires) {
        throw unauthenticated(`${who} expired at ${new Date(grant.expires).toISOString()}`);
      }
    },
    admit: (subject) => requireNode(who, tokens().get(sum)?.nodes ?? [], subject),
  };
}

/** Returns the holder of a certificate that the TLS handshake verified. */
export function certificateHolder(
  certificate: X509Certificate,
  names: CertificateNames,
  ca: () => ClientCa,
  now: () => number,
): Credential {
  const nodes = nodesOfCertificate(names);
  const who = `the client certificate ${certificate.serialNumber}`;
  const expires = certificate.validToDate.getTime();
  const trusted = ca();
  return {
    who,
    identifies: true,
    expires: () => expires,
    verify() {
      if (now() >= expires) {
        throw unauthenticated(`${who} expired at ${certificate.validToDate.toISOString()}`);
      }
      // TLS verified the certificate against other authorities: the client may connect again, and TLS then decides.
      if (ca() !== trusted && !isIssuedBy(ca(), certificate)) {
        throw unauthenticated(`the --client-ca has changed and did not issue ${who} itself: connect again`);
      }
    },
    admit(subject) {
      if (nodes.length === 0) {
        throw denied(
          `${who} names no proxy: it needs a URI name spiffe://DOMAIN/mesh/M/virtualNode/N (or an ARN), or mesh/M/virtualNode/N as its common name`,
        );
      }
      requireNode(who, nodes, subject);
    },
  };
}

/** Returns the user who signed the call. Each check asks `keyOf` again for the key of the signature. */
export function signer(
  key: AccessKey,
  keyOf: (id: string) => AccessKey | undefined,
  region: string,
  now: () => number,
): Credential {
  const { user, secret } = key;
  const who = userArn(user);
  return {
    who,
    identifies: true,
    expires: () => keyOf(user.accessKeyId)?.expires,
    verify() {
      const current = keyOf(user.accessKeyId);
      if (current?.secret !== secret) {
        throw unauthenticated(
          `the access key ${user.accessKeyId} of ${who} is not in the --credentials file any more`,
        );
      }
      if (current.expires !== undefined && now() >= current.expires) {
        throw unauthenticated(`the access key ${user.accessKeyId} of ${who} has expired`);
      }
    },
    admit(subject) {
      const holder = keyOf(user.accessKeyId)?.user ?? user;
      try {
        if (subject === undefined) {
          authorize(holder, { action: 'daybreak:GetStatus', resource: '*' }, undefined);
        } else {
          const { identity, owner = user.account } = subject;
          const { kind, mesh, name } = identity;
          const resource = arnOf({ kind, owner, mesh, parent: '', name }, region);
          const deed = { action: 'appmesh:StreamAggregatedResources', resource };
          authorize(holder, deed, { owner, mesh });
        }
      } catch (error) {
        if (error instanceof ApiError) throw denied(error.message, { cause: error });
        throw error;
      }
    },
  };
}

/** The caller is not authenticated; the gRPC code is 16. */
export const unauthenticated = (message: string, options?: ErrorOptions): CallError =>
  new CallError(status.UNAUTHENTICATED, message, options);

const denied = (message: string, options?: ErrorOptions): CallError =>
  new CallError(status.PERMISSION_DENIED, message, options);

function requireNode(who: string, nodes: readonly NodePattern[], subject: Subject | undefined): void {
  const admits = nodes.slice(0, 5).map(formatNodePattern).join(', ');
  if (subject === undefined) {
    if (admitsEveryNode(nodes)) return;
    throw denied(`${who} may be ${admits}: to see all proxies it has to admit every node (*)`);
  }
  if (!admitsNode(nodes, subject)) throw denied(`${who} may be ${admits}, not ${describeSubject(subject)}`);
}
