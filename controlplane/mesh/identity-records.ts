/** A signing certificate and its sealed key. */
export type SignerRecord = {
  /** DER in base64. */
  readonly certificate: string;
  /** PKCS #8, sealed. */
  readonly sealedKey: string;
};

/** The authority of a trust domain, as the store keeps it. */
export type AuthorityRecord = {
  readonly trustDomain: string;
  /** The roots that proxies trust. The first one signs. */
  readonly roots: readonly SignerRecord[];
  /** The intermediate that issues certificates, below the first root. */
  readonly issuing: SignerRecord;
  /** Earlier intermediates whose certificates may still be valid: DER in base64. */
  readonly retired: readonly string[];
  /** The key of session tokens, 32 bytes, sealed. Undefined until the first start that needs it. */
  readonly sealedSessionKey?: string;
};

/** A join token that was not used yet. Its resource has the first digits of its SHA-256 as a name. */
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
};
