import type { NameAddresses } from '../../common/addresses/seen-addresses.ts';

/**
 * What lies outside the model and a proxy's configuration needs: asked for while it is translated, so that whoever
 * answers knows who is to be translated again when the answer changes. Translation stays pure: the same view, options
 * and answers give the same bytes. What a memo keeps by a part of the model must not come from here; what it keeps by an
 * answer may.
 */
export type Found = {
  /**
   * The instances of a Cloud Map service, whatever their attributes, sorted by id. Empty where there are none; undefined
   * while nothing is known.
   */
  readonly instances: (namespace: string, service: string) => readonly Instance[] | undefined;
  /**
   * What a certificate's ARN stands for; undefined while, or because, nothing is known. Without its key where the proxy may
   * not have that.
   */
  readonly certificate: (arn: string) => Certificate | PublicCertificate | undefined;
  /** A private authority by its ARN; undefined while, or because, nothing is known. */
  readonly authority: (arn: string) => Authority | undefined;
  /** The addresses of a host name as this host's resolver gives them; undefined while it has never answered. */
  readonly addresses: (name: string) => NameAddresses | undefined;
};

/** One instance of a Cloud Map service. Without a port of its own it listens where the virtual node does. */
export type Instance = {
  readonly id: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
  readonly healthy: boolean;
  readonly attributes: Readonly<Record<string, string>>;
};

/**
 * A certificate with its key, all PEM: `chain` begins with the leaf, `authority` is what its callers trust. `isLastResort`: it
 * is not valid now, and only for a proxy that has none yet.
 */
export type Certificate = {
  readonly chain: string;
  readonly privateKey: string;
  readonly authority: string;
  readonly isLastResort?: true;
};

/** The certificate of an authority, PEM; `isLastResort` as above. */
export type Authority = { readonly pem: string; readonly isLastResort?: true };

/** A certificate as everybody may know it. */
export type PublicCertificate = Omit<Certificate, 'privateKey'>;

/** The same answers without any private key, for a proxy that has not shown who it is. */
export function withoutKeys(found: Found): Found {
  return {
    ...found,
    certificate: (arn) => {
      const known = found.certificate(arn);
      if (known === undefined) return undefined;
      const { chain, authority, isLastResort } = known;
      return { chain, authority, ...(isLastResort && { isLastResort }) };
    },
  };
}

/** Nothing is known of anything. */
export const NOTHING_FOUND: Found = {
  instances: () => undefined,
  certificate: () => undefined,
  authority: () => undefined,
  addresses: () => undefined,
};
