import type { Features } from '../features.ts';

/** Where a certificate and its key come from. */
export type CertificateSource =
  | { readonly kind: 'acm'; readonly arn: string }
  | { readonly kind: 'file'; readonly chain: string; readonly privateKey: string }
  | { readonly kind: 'sds'; readonly name: string };

/**
 * Where the authorities come from that the other side's certificate has to be of. `issuer`: what the callers of an ACM
 * certificate trust.
 */
export type TrustSource =
  | { readonly kind: 'acm'; readonly authorities: readonly string[] }
  | { readonly kind: 'issuer'; readonly certificate: string }
  | { readonly kind: 'file'; readonly chain: string }
  | { readonly kind: 'sds'; readonly name: string };

/** What the other side's certificate must be: of these authorities, and, where names are given, for one of them. */
export type Validation = { readonly trust: TrustSource; readonly names: readonly string[] };

// The model's unions, those of virtual nodes and of virtual gateways alike.
type CertificateUnion = {
  readonly acm?: { readonly certificateArn: string };
  readonly file?: { readonly certificateChain: string; readonly privateKey: string };
  readonly sds?: { readonly secretName: string };
};
type ValidationUnion = {
  readonly subjectAlternativeNames?: { readonly match: { readonly exact: readonly string[] } };
  readonly trust: {
    readonly acm?: { readonly certificateAuthorityArns: readonly string[] };
    readonly file?: { readonly certificateChain: string };
    readonly sds?: { readonly secretName: string };
  };
};

/** The model's certificate; undefined where it names none. */
export function certificateSource({ acm, file, sds }: CertificateUnion): CertificateSource | undefined {
  if (acm !== undefined) return { kind: 'acm', arn: acm.certificateArn };
  if (file !== undefined) return { kind: 'file', chain: file.certificateChain, privateKey: file.privateKey };
  return sds && { kind: 'sds', name: sds.secretName };
}

/** The model's validation, with other names where it gives none, or an empty list; undefined where it names no trust. */
export function validationOf(
  { trust: { acm, file, sds }, subjectAlternativeNames: given }: ValidationUnion,
  names: readonly string[],
): Validation | undefined {
  const exact = given?.match.exact ?? [];
  const wanted = { names: exact.length > 0 ? exact : names };
  if (acm !== undefined)
    return { trust: { kind: 'acm', authorities: acm.certificateAuthorityArns }, ...wanted };
  if (file !== undefined) return { trust: { kind: 'file', chain: file.certificateChain }, ...wanted };
  return sds && { trust: { kind: 'sds', name: sds.secretName }, ...wanted };
}

/** Why a proxy cannot have a source; undefined when it can. */
export function sourceProblem(
  source: CertificateSource | TrustSource | undefined,
  { sds }: Features,
): string | undefined {
  if (source?.kind !== 'sds' || sds) return undefined;
  return `secret ${JSON.stringify(source.name)} is to come from a socket, and this proxy has none (APPMESH_SDS_SOCKET_PATH)`;
}
