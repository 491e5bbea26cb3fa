import type { NameAddresses } from '../../common/addresses/seen-addresses.ts';

/**
 * External inputs of translation, from outside the model (Cloud Map, ACM, DNS). Lookups are recorded during translation, so that
 * a changed answer re-translates just the proxies that used it. Translation stays pure: the same view, options and answers
 * give the same bytes. A memo may use an answer as its owner, but a memo per part of the model must not depend on answers.
 */
export type ExternalInputs = {
  /**
   * The instances of a Cloud Map service with any attributes, sorted by id. Empty if there are none; undefined while
   * they are unknown.
   */
  readonly instances: (namespace: string, service: string) => readonly Instance[] | undefined;
  /**
   * The certificate with an ARN; undefined if it is unknown. Without its key if the proxy may not
   * have the key.
   */
  readonly certificate: (arn: string) => Certificate | PublicCertificate | undefined;
  /** The private authority with an ARN; undefined if it is unknown. */
  readonly authority: (arn: string) => Authority | undefined;
  /** The addresses of a host name from this host's resolver; undefined until the resolver has answered once. */
  readonly addresses: (name: string) => NameAddresses | undefined;
  /** The draining instances of a virtual node of the proxy's mesh, by name, whatever their order. Default: none. */
  readonly leaving?: (node: string) => readonly Leaving[];
  /** Which instances of a virtual node of the proxy's mesh take mutual TLS, by name. Default: none. */
  readonly mutual?: (node: string) => Mutual;
};

/**
 * The instances of a virtual node that take mutual TLS, whatever their order. `others`: whether a proxy of it is connected that cannot.
 * `isStillStrict`: its mode was `STRICT` until now, and its proxies may not take plain text yet. Default: they do.
 */
export type Mutual = {
  readonly instances: readonly MutualInstance[];
  readonly others: boolean;
  readonly isStillStrict?: boolean;
};

/** An instance that takes mutual TLS on these ports; its addresses are those of `Leaving`. */
export type MutualInstance = Leaving & { readonly ports: readonly number[] };

/**
 * A draining instance of a virtual node. `from`: the address that its agent connects from. `addresses`: the addresses that an
 * authenticated agent says are its own.
 */
export type Leaving = { readonly from: string; readonly addresses: readonly string[] };

/** One instance of a Cloud Map service. Without a port of its own it listens on the virtual node's port. */
export type Instance = {
  readonly id: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
  readonly healthy: boolean;
  readonly attributes: Readonly<Record<string, string>>;
};

/**
 * A certificate with its key, all PEM: `chain` begins with the leaf, `authority` is what its callers trust. `isLastResort`: the
 * certificate is not valid now, and only served to a proxy that has none yet.
 */
export type Certificate = {
  readonly chain: string;
  readonly privateKey: string;
  readonly authority: string;
  readonly isLastResort?: true;
};

/** The certificate of an authority, PEM; `isLastResort` as above. */
export type Authority = { readonly pem: string; readonly isLastResort?: true };

/** The public part of a certificate. */
export type PublicCertificate = Omit<Certificate, 'privateKey'>;

/** Returns the same inputs without private keys, for an unauthenticated proxy. */
export function withoutKeys(inputs: ExternalInputs): ExternalInputs {
  return {
    ...inputs,
    certificate: (arn) => {
      const known = inputs.certificate(arn);
      if (known === undefined) return undefined;
      const { chain, authority, isLastResort } = known;
      return { chain, authority, ...(isLastResort && { isLastResort }) };
    },
  };
}

/** Inputs that know nothing. */
export const NO_EXTERNAL_INPUTS: ExternalInputs = {
  instances: () => undefined,
  certificate: () => undefined,
  authority: () => undefined,
  addresses: () => undefined,
};
