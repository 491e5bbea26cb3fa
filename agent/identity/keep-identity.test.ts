import { expect, it } from 'vitest';
import { createLog } from '../../common/log.ts';
import type { HeldIdentity } from './held-identity.ts';
import { createIdentityKeeper } from './keep-identity.ts';

const log = createLog('test', 'silent');

function identity(ends: number): HeldIdentity {
  return { nodeId: 'a', spiffeId: 's', key: 'k', chain: 'c', roots: 'r', ends, renew: 1 };
}

function endsIn([content]: readonly Uint8Array[]): number {
  return (JSON.parse(String(content)) as { identity: HeldIdentity }).identity.ends;
}

it('a slow write of an earlier certificate does not replace a later one: an agent came up with the earlier one', async () => {
  const written: number[] = [];
  const waiting: (() => void)[] = [];
  const keep = createIdentityKeeper('f', log, async (_, pieces) => {
    const ends = endsIn(pieces);
    await new Promise<void>((resolve) => void waiting.push(resolve));
    written.push(ends);
  });
  const all = [keep(identity(1)), keep(identity(2)), keep(identity(3))];
  await expect.poll(() => waiting.length).toBe(1);
  waiting[0]?.();
  await expect.poll(() => waiting.length).toBe(2);
  waiting[1]?.();
  await Promise.all(all);
  expect(written).toEqual([1, 3]);
});

it('a write that failed does not keep the next one from being written', async () => {
  const written: number[] = [];
  const keep = createIdentityKeeper('f', log, (_, pieces) => {
    if (endsIn(pieces) === 1) return Promise.reject(new Error('ENOSPC'));
    written.push(endsIn(pieces));
    return Promise.resolve();
  });
  await keep(identity(1));
  await keep(identity(2));
  expect(written).toEqual([2]);
});
