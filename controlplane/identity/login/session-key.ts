import { randomBytes } from 'node:crypto';
import type { LiveModel } from '../../mesh/live-model.ts';
import { changeAuthority } from '../authority/authority-store.ts';
import type { Sealer } from '../seal/seal.ts';

const KEY_BYTES = 32;

/** Returns the key of session tokens, which all replicas share. Creates it in the store if there is none. @throws IdentityError */
export async function openSessionKey(
  live: LiveModel,
  sealer: Sealer,
  trustDomain: string,
  now: () => number = Date.now,
): Promise<Uint8Array> {
  const purpose = `sessions ${trustDomain}`;
  const { sealedSessionKey } = await changeAuthority(
    live,
    async (record) =>
      record.sealedSessionKey === undefined
        ? { ...record, sealedSessionKey: await sealer.seal(randomBytes(KEY_BYTES), purpose) }
        : undefined,
    now,
  );
  return sealer.open(sealedSessionKey ?? '', purpose);
}
