import type { Features } from '../features.ts';

/** The source of a certificate and its key. */
export type CertificateSource =
  | { readonly kind: 'acm'; readonly arn: string }
  | { readonly kind: 'file'; readonly chain: string; readonly privateKey: string }
  | { readonly kind: 'sds'; readonly name: string };

/**
 * The source of the authorities for the peer's certificate. `issuer`: the authorities that the callers of an ACM certificate
 * trust.
 */
export type TrustSource =
  | { readonly kind: 'acm'; readonly authorities: readonly string[] }
  | { readonly kind: 'issuer'; readonly certificate: string }
  | { readonly kind: 'file'; readonly chain: string }
  | { readonly kind: 'sds'; readonly name: string };

/** The requirements on the peer's certificate: issued by these authorities and, if names are given, for one of the names. */
export type Validation = { readonly trust: TrustSource; readonly names: readonly string[] };

// The model's unions, of virtual nodes and virtual gateways alike.
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

/** Returns the source of the model's certificate; undefined if it names none. */
export function certificateSource({ acm, file, sds }: CertificateUnion): CertificateSource | undefined {
  if (acm !== undefined) return { kind: 'acm', arn: acm.certificateArn };
  if (file !== undefined) return { kind: 'file', chain: file.certificateChain, privateKey: file.privateKey };
  return sds && { kind: 'sds', name: sds.secretName };
}

/** Returns the model's validation, with default names if it has none; undefined if it names no trust. */
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

/** Returns why a proxy cannot use a source; undefined if it can. */
export function sourceProblem(
  source: CertificateSource | TrustSource | undefined,
  { sds }: Features,
): string | undefined {
  if (source?.kind !== 'sds' || sds) return undefined;
  return `secret ${JSON.stringify(source.name)} is to come from a socket, and this proxy has none (APPMESH_SDS_SOCKET_PATH)`;
}
