/** A proxy as an identity names it. */
export type IdentifiedProxy = {
  /** The account of the mesh. */
  readonly owner: string;
  readonly mesh: string;
  readonly kind: 'virtualNode' | 'virtualGateway';
  readonly name: string;
};

/** Path segments of a SPIFFE id (SPIFFE-ID §2.2): no percent-encoding, so that two names never share one id. */
const SEGMENT = /^(?!\.{1,2}$)[a-zA-Z0-9._-]+$/;

/** A trust domain (SPIFFE-ID §2.1). */
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;

/** The longest SPIFFE id, in bytes (SPIFFE-ID §2.3). */
const LONGEST_ID = 2048;

/** Whether a text is a valid trust domain. */
export function isTrustDomain(text: string): boolean {
  return TRUST_DOMAIN.test(text);
}

/**
 * Returns the SPIFFE id of a proxy: `spiffe://DOMAIN/account/A/mesh/M/virtualNode/N`. The account is always in it: an id without one
 * would become that of another proxy when a second account creates a mesh of the same name. Undefined if a name has a character that
 * SPIFFE ids do not allow: such a proxy has no identity.
 */
export function spiffeIdOf(
  trustDomain: string,
  { owner, mesh, kind, name }: IdentifiedProxy,
): string | undefined {
  if (!SEGMENT.test(mesh) || !SEGMENT.test(name)) return undefined;
  const id = `spiffe://${trustDomain}/account/${owner}/mesh/${mesh}/${kind}/${name}`;
  return id.length > LONGEST_ID ? undefined : id;
}

/** Parses the SPIFFE id of a proxy in a trust domain; undefined for any other text. */
export function parseSpiffeId(text: string, trustDomain: string): IdentifiedProxy | undefined {
  const prefix = `spiffe://${trustDomain}/`;
  if (!text.startsWith(prefix)) return undefined;
  const match =
    /^account\/(?<owner>\d{12})\/mesh\/(?<mesh>[^/]+)\/(?<kind>virtualNode|virtualGateway)\/(?<name>[^/]+)$/.exec(
      text.slice(prefix.length),
    )?.groups;
  const { owner = '', mesh = '', kind, name = '' } = match ?? {};
  if (kind !== 'virtualNode' && kind !== 'virtualGateway') return undefined;
  return SEGMENT.test(mesh) && SEGMENT.test(name) ? { owner, mesh, kind, name } : undefined;
}

/** Returns the beginning of the SPIFFE ids of all proxies of a mesh. */
export function spiffeIdsOfMesh(
  trustDomain: string,
  { owner, mesh }: Pick<IdentifiedProxy, 'owner' | 'mesh'>,
): string {
  return `spiffe://${trustDomain}/account/${owner}/mesh/${mesh}/`;
}
