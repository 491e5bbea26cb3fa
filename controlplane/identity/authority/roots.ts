import type { AuthorityRecord, RootRecord, SignerRecord } from '../../mesh/identity-records.ts';
import { bytesOf, openSigner, sealSigner } from '../seal/sealed-signers.ts';
import type { Sealer } from '../seal/seal.ts';
import { createIntermediate, createRoot } from './certificates.ts';
import { openPrivateRoot, type PrivateRoot } from './private-root.ts';

/** The roots of a trust domain: keys of its own, or authorities of AWS Private CA. */
export type Roots = {
  /** Creates the next root: a key of ten years on P-384, or the authority of `--ca-root`. @throws IdentityError */
  readonly create: (now: number) => Promise<RootRecord>;
  /** Creates an intermediate of 90 days below a root. @throws IdentityError */
  readonly intermediate: (root: RootRecord, now: number) => Promise<SignerRecord>;
  /** Why `create` would not make a new root, because it is in the record already; undefined if it would. */
  readonly isAsConfigured: (record: AuthorityRecord) => boolean;
};

/** Inputs of the roots. */
export type RootsOptions = {
  readonly trustDomain: string;
  readonly sealer: Sealer;
  /** The authority of `--ca-root`. Undefined: roots are our own. */
  readonly privateCa?: string | undefined;
  /** Replaces the address of AWS Private CA. */
  readonly endpoint?: string | undefined;
};

/** Opens the roots. Nothing is created or called yet. */
export function openRoots({ trustDomain, sealer, privateCa, endpoint }: RootsOptions): Roots {
  // A root in the store may be of another authority than that of `--ca-root`.
  const privateRoot = (arn: string): PrivateRoot => openPrivateRoot(arn, endpoint);
  return {
    async create(now) {
      if (privateCa === undefined) return sealSigner(await createRoot(trustDomain, now), sealer, trustDomain);
      return { certificate: base64(await privateRoot(privateCa).certificate()), privateCa };
    },
    async intermediate(root, now) {
      const signer =
        root.privateCa === undefined
          ? await createIntermediate(trustDomain, await openSigner(root, sealer, trustDomain), now)
          : await privateRoot(root.privateCa).intermediate(trustDomain, bytesOf(root.certificate), now);
      return sealSigner(signer, sealer, trustDomain);
    },
    isAsConfigured: ({ roots }) => roots.at(-1)?.privateCa === privateCa,
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
