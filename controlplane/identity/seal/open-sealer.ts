import type { Log } from '../../../common/log.ts';
import { warnIfReadable } from '../../warn-if-readable.ts';
import type { IdentitySettings } from '../settings.ts';
import { sealWithKms } from './seal-kms.ts';
import { sealingKeyFrom, sealNothing, sealWith, type Sealer } from './seal.ts';

/** Opens the sealer of `--ca-key`; without a key, keys stay in the clear. @throws IdentityError */
export async function openSealer(key: IdentitySettings['key'], log: Log): Promise<Sealer> {
  if (key === undefined) return sealNothing();
  if (key.kind === 'kms') return sealWithKms(key);
  const sealer = await sealWith(sealingKeyFrom(key));
  await warnIfReadable(key, 'the key that seals the keys of the authority', log);
  return sealer;
}
