/** A signing certificate and its sealed key. */
export type SignerRecord = {
  /** DER in base64. */
  readonly certificate: string;
  /** PKCS #8, sealed. */
  readonly sealedKey: string;
};

/** A root. An authority of AWS Private CA has an ARN instead of a sealed key, because its key never leaves AWS. */
export type RootRecord =
  | (SignerRecord & { readonly privateCa?: undefined })
  | { readonly certificate: string; readonly privateCa: string };

/**
 * A change of the root that is in progress. `distributing`: the new root is the last of the roots, and proxies learn of it. `signing`: the
 * new root signs, and the old root stays the last of the roots until no valid certificate is below it.
 */
export type RotationRecord = {
  readonly step: 'distributing' | 'signing';
  /** The begin of the step, in milliseconds since 1970. */
  readonly since: number;
};

/** The authority of a trust domain, as the store keeps it. */
export type AuthorityRecord = {
  readonly trustDomain: string;
  /** The roots that proxies trust. The first one signs. */
  readonly roots: readonly RootRecord[];
  /** The intermediate that issues certificates, below the first root. */
  readonly issuing: SignerRecord;
  /** Earlier intermediates whose certificates may still be valid: DER in base64. */
  readonly retired: readonly string[];
  /** Grows with each change of the roots, and if all certificates have to be issued again. Undefined: 0. */
  readonly generation?: number;
  /** Undefined: none is under way. */
  readonly rotation?: RotationRecord | undefined;
  /**
   * Until when certificates may be in use that the store does not have, because they were issued after the backup that was restored, in milliseconds since
   * 1970. Undefined: no backup was restored.
   */
  readonly unknownUntil?: number;
  /** The key of session tokens, 32 bytes, sealed. Undefined until the first start that needs it. */
  readonly sealedSessionKey?: string;
};

/** The proof of a role or user of AWS. */
export type AwsProofRecord = {
  readonly method: 'aws iam' | 'aws jwt';
  readonly kind: 'role' | 'user';
  readonly arn: string;
  readonly principalArn: string;
  readonly uniqueId: string;
  readonly session: string;
  /** The kind of binding of the principal to the node. Undefined: a NodeIdentity. */
  readonly boundBy?: 'iam policy';
};

/** The proof behind a certificate, so that its principal can be checked again later. */
export type ProofRecord =
  | { readonly method: 'join token' }
  | AwsProofRecord
  | { readonly method: 'x509'; readonly uris: readonly string[]; readonly dns: readonly string[] };

/** A certificate that the authority issued. Its resource has the serial number as a name. Times in milliseconds since 1970. */
export type CertificateRecord = {
  /** `mesh/M/virtualNode/N` */
  readonly node: string;
  /** The account of the mesh. */
  readonly owner: string;
  readonly spiffeId: string;
  readonly ends: number;
  readonly issued: number;
  /** The generation of the authority that the holder knows. */
  readonly generation: number;
  /** The address of the agent. */
  readonly from: string;
  /** The first proof; renewals carry it on. Undefined: it is not known. */
  readonly proof: ProofRecord | undefined;
  /** When the agent gave that proof. */
  readonly proven: number;
  /** When the certificate was revoked. */
  readonly revoked?: number;
  /** The serial number of the last certificate that renewed it: it is out of use, but good for TLS until its end. */
  readonly replacedBy?: string;
  /** The serial number of the certificate that it renewed. Undefined: none, or a version before noted it. */
  readonly renewed?: string;
  /** The agent has not said yet that it has it, so the one that it renewed may still be in use. Absent: it has, or it is not asked to. */
  readonly unconfirmed?: boolean;
};

/**
 * A report of agents about a virtual node. `instance`: an instance takes mutual TLS on ports. `other`: a proxy without a certificate is connected.
 * `pending`: a proxy of the node or of its callers has not ACKed a change of the mode.
 * `callers`: callers that came without mutual TLS.
 */
export type NodeFact =
  | {
      readonly kind: 'instance';
      readonly instance: {
        readonly from: string;
        readonly addresses: readonly string[];
        readonly ports: readonly number[];
      };
    }
  | { readonly kind: 'other' }
  | { readonly kind: 'pending' }
  | {
      readonly kind: 'callers';
      readonly callers: readonly { readonly address: string; readonly port: number; readonly last: number }[];
    };

/** A fact about a virtual node. Its resource has the node and the kind of fact in its name. */
export type NodeFactRecord = {
  /** The replica that wrote the fact. */
  readonly replica: string;
  /** When the fact was last true, in milliseconds since 1970. */
  readonly seen: number;
  readonly fact: NodeFact;
};

/** A join token. Its resource has the first digits of its SHA-256 as a name. */
export type JoinTokenRecord = {
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
  /** The only proxy that may use it: `mesh/M/virtualNode/N`. */
  readonly proxy: string;
  /** The account of the proxy's mesh. */
  readonly account: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Ranges of addresses that it may come from; all, if there are none. */
  readonly cidrs: readonly string[];
  /** The SHA-256, in hexadecimal, of the signing request that used it. Undefined: it was not used yet. */
  readonly usedBy?: string;
};
