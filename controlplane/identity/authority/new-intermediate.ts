import { X509Certificate } from 'node:crypto';
import type { AuthorityRecord } from '../../mesh/identity-records.ts';
import { bytesOf } from '../seal/sealed-signers.ts';
import type { Roots } from './roots.ts';

/** Inputs of a signature. `now`: milliseconds since 1970. */
export type SigningOptions = {
  readonly roots: Roots;
  readonly now?: () => number;
};

/** Returns the authority with a new intermediate below its first root. Certificates of the earlier ones stay valid until they end. */
export async function withNewIntermediate(
  record: AuthorityRecord,
  { roots, now = Date.now }: SigningOptions,
): Promise<AuthorityRecord> {
  const [root] = record.roots;
  if (root === undefined) throw new Error('the authority has no root');
  const issuing = await roots.intermediate(root, now());
  return { ...record, issuing, retired: stillValid(record, now()) };
}

/** The intermediate that is being replaced, and the earlier ones that have not ended. */
function stillValid({ issuing, retired }: AuthorityRecord, now: number): readonly string[] {
  return [issuing.certificate, ...retired].filter(
    (each) => new X509Certificate(bytesOf(each)).validToDate.getTime() > now,
  );
}
