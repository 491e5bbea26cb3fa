import { X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { selfSigned } from '../testing/self-signed.ts';
import type { HeldIdentity } from './held-identity.ts';
import { followOutage, graceWindow, lifetimeOf, type Outage } from './outage.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2030, 0, 1);
const lines: Record<string, unknown>[] = [];
const log = pino(
  { base: null },
  {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  },
);

let held: HeldIdentity;
let lifetime: number;
let now = START;
let changes = 0;
let outage: Outage;
beforeAll(async () => {
  const { cert } = await selfSigned();
  const { validToDate } = new X509Certificate(cert);
  held = {
    nodeId: 'a',
    spiffeId: '',
    key: '',
    chain: cert,
    roots: cert,
    ends: validToDate.getTime(),
    renew: 0,
    expiredGraceSeconds: 24 * 3600,
    contact: START,
  };
  lifetime = lifetimeOf(held);
});
afterEach(() => outage?.close());

function follow(identity: Partial<HeldIdentity> = {}): Outage {
  now = START;
  changes = 0;
  lines.length = 0;
  outage = followOutage({
    held: () => ({ ...held, ...identity }),
    log,
    onChange: () => changes++,
    now: () => now,
  });
  return outage;
}

describe('a window for expired certificates', () => {
  it('begins when the first certificate of a peer may have ended, and ends the grace after the last one', () => {
    expect(graceWindow(held, START)).toEqual({
      from: START + 0.4 * lifetime,
      until: START + lifetime + 24 * HOUR,
    });
  });

  it.each([0, Number.NaN, -1])('does not exist with a grace of %s', (expiredGraceSeconds) => {
    expect(graceWindow({ ...held, expiredGraceSeconds }, START)).toBeUndefined();
  });

  it('is a week at most, whatever the file says', () => {
    const window = graceWindow({ ...held, expiredGraceSeconds: 1e9 }, START);
    expect(window?.until).toBe(START + lifetime + 168 * HOUR);
  });
});

describe('an outage of the control plane', () => {
  it('changes nothing while certificates live', () => {
    const { missed, acceptsExpiredUntil } = follow();
    missed();
    now += 0.39 * lifetime;
    outage.look();
    expect(acceptsExpiredUntil()).toBeUndefined();
  });

  it('lets expired certificates be accepted, says so every minute, and ends by itself', () => {
    const { missed, look, acceptsExpiredUntil } = follow();
    missed();
    now += lifetime;
    look();
    const until = START + lifetime + 24 * HOUR;
    expect(acceptsExpiredUntil()).toBe(until);
    look();
    look();
    expect(lines.map(({ code }) => code)).toEqual(Array(3).fill('IDENTITY_BREAK_GLASS'));
    now = until;
    expect(acceptsExpiredUntil()).toBeUndefined();
    look();
    missed();
    look();
    expect(acceptsExpiredUntil()).toBeUndefined();
    expect(lines).toHaveLength(4);
    expect(changes).toBe(2);
  });

  it('lets none be accepted if the mesh does not allow it', () => {
    const { missed, acceptsExpiredUntil } = follow({ expiredGraceSeconds: 0 });
    missed();
    now += lifetime + HOUR;
    outage.look();
    expect(acceptsExpiredUntil()).toBeUndefined();
    expect(changes).toBe(0);
  });

  it('lets none be accepted before an attempt of this process has failed: the control plane may be there', () => {
    const { look, acceptsExpiredUntil, missed } = follow({ contact: START - lifetime });
    look();
    expect(acceptsExpiredUntil()).toBeUndefined();
    missed();
    expect(acceptsExpiredUntil()).toBe(START + 24 * HOUR);
  });

  it('begins with this start if the file says that a control plane will answer in the future: the clock was ahead', () => {
    const { missed, acceptsExpiredUntil } = follow({ contact: START + 1000 * HOUR });
    missed();
    now += lifetime;
    outage.look();
    expect(acceptsExpiredUntil()).toBe(START + lifetime + 24 * HOUR);
  });

  it('is no longer if the clock is set back during it', () => {
    const { missed, acceptsExpiredUntil } = follow();
    missed();
    now -= 1000 * HOUR;
    outage.look();
    const back = now;
    now += lifetime;
    outage.look();
    expect(acceptsExpiredUntil()).toBe(back + lifetime + 24 * HOUR);
  });

  it('counts a refusal as an answer: a node that was revoked is in no outage', () => {
    const { missed, answered, look, acceptsExpiredUntil } = follow();
    missed();
    now += lifetime;
    answered(false);
    missed();
    look();
    expect(acceptsExpiredUntil()).toBeUndefined();
  });

  it('leaves peers a quarter of an hour for their renewal when it is over', () => {
    const { missed, answered, look, acceptsExpiredUntil } = follow();
    missed();
    now += lifetime;
    look();
    answered(true);
    expect(acceptsExpiredUntil()).toBe(now + HOUR / 4);
    now += HOUR / 4;
    look();
    expect(acceptsExpiredUntil()).toBeUndefined();
    expect(outage.contact()).toBe(now);
  });
});
