import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CertificateRecord } from '../mesh/identity-records.ts';
import { repeatWhileStale, STALE } from '../mesh/concurrency/repeat-while-stale.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { Resource } from '../mesh/resource.ts';
import { unavailable } from '../store/errors.ts';

/** A certificate with its serial number, in hexadecimal. */
export type LedgerEntry = CertificateRecord & { readonly serial: string };

/** All certificates that have not ended, in the store: of every replica, and over restarts. */
export type CertificateLedger = {
  /**
   * Notes a certificate before its agent gets it. `replaces`: the serial number of the one that it renews, which stays until its end, so that it can
   * be revoked. If that was renewed before from the same address, the agent did not get the answer, and the certificate of then is out of use too;
   * from another address, a copy of it is in use there. A certificate that renews a revoked one is revoked itself. `request`: names the signing request: if
   * it asks again, the agent did not get the answer either, or cannot use the certificate.
   */
  readonly note: (entry: LedgerEntry, replaces?: string, request?: string) => Promise<void>;
  /** Notes that an agent has a certificate, so that the one that it renewed is out of use. */
  readonly confirm: (serial: string) => Promise<void>;
  /** Revokes certificates. Returns how many of them were not revoked before. */
  readonly revoke: (serials: readonly string[]) => Promise<number>;
  readonly get: (serial: string) => LedgerEntry | undefined;
  /** Those in use: no other one has renewed them, or its agent may not have that one yet. In no particular order. */
  readonly list: () => readonly LedgerEntry[];
  /** All that have not ended, also those that were renewed. */
  readonly listAll: () => readonly LedgerEntry[];
  /** About how many are in use: as of the last two seconds. */
  readonly count: () => number;
};

// A place of its own, so that its writes do not disturb those of the authority.
const PLACE = { owner: '', mesh: 'certificates' } as const;
/** The most changes of one commit. */
const MOST_AT_ONCE = 500;
/** The most writes that wait: more come only while the store does not answer. */
const MOST_WAITING = 10_000;
/** How long a write waits for others, in milliseconds: an embedded store blocks the process until the disk has each commit. */
const GATHER_MS = 10;
/** How many of the latest signing requests are known: those that may ask again. */
const MOST_REQUESTS = 2000;
/** How often certificates that have ended are looked for, in milliseconds. */
const LOOK_EVERY_MS = 60_000;
/** How often those in use are counted, in milliseconds. */
const COUNT_EVERY_MS = 2000;

/** The certificates as they will be after the writes of one commit so far. */
type Pending = {
  readonly get: (serial: string) => LedgerEntry | undefined;
  readonly put: (entry: LedgerEntry) => void;
};

type Write = {
  readonly apply: (pending: Pending) => void;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
};

/**
 * Opens the ledger. Writes that arrive within 10 ms, or while another one is under way, are committed together. `now`: milliseconds since 1970;
 * `mostWaiting`: beyond it, a write fails with a StoreError.
 */
export function createCertificateLedger(
  live: LiveModel,
  now: () => number = Date.now,
  mostWaiting = MOST_WAITING,
): CertificateLedger {
  const waiting: Write[] = [];
  let isWriting = false;
  let lookedAt = 0;
  /** The serial numbers of certificates by their signing requests, the latest last. */
  const answered = new Map<string, string>();
  /** The confirmations under way, by serial numbers: each check of a stream confirms its certificate. */
  const confirming = new Map<string, Promise<void>>();

  let counted = { at: -Infinity, count: 0 };
  const current = (): readonly LedgerEntry[] => all(live).filter(({ ends }) => ends > now());
  const inUse = (): readonly LedgerEntry[] =>
    current().filter(
      ({ replacedBy }) => replacedBy === undefined || get(live, replacedBy)?.unconfirmed === true,
    );

  function write(apply: Write['apply']): Promise<void> {
    if (waiting.length >= mostWaiting)
      return Promise.reject(unavailable('commit', `${mostWaiting} writes of certificates wait already`));
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<void>();
    waiting.push({ apply, done, failed });
    if (!isWriting) void drain();
    return promise;
  }

  async function drain(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      await sleep(GATHER_MS);
      const writes = waiting.splice(0, MOST_AT_ONCE);
      try {
        await commit(writes);
        for (const { done } of writes) done();
      } catch (error) {
        for (const { failed } of writes) failed(error);
      }
    }
    isWriting = false;
  }

  function commit(writes: readonly Write[]): Promise<void> {
    return repeatWhileStale({ what: 'certificates', catchUp: () => live.catchUp() }, async () => {
      const revision = live.model.meshRevision(PLACE);
      const puts = new Map<string, LedgerEntry>();
      const pending: Pending = {
        get: (serial) => puts.get(serial) ?? get(live, serial),
        put: (entry) => void puts.set(entry.serial, entry),
      };
      for (const { apply } of writes) apply(pending);
      const { outcome } = await live.commit({
        mesh: PLACE,
        expectedMeshRevision: revision,
        puts: [...puts.values()].map((entry) => resourceOf(live, entry, now())),
        deletes: ended()
          .filter((serial) => !puts.has(serial))
          .map(idOf),
        tokens: [],
      });
      return outcome === 'committed' ? undefined : STALE;
    });
  }

  /** The certificates to delete, because they have ended: looked for now and then. */
  function ended(): readonly string[] {
    if (Math.abs(now() - lookedAt) <= LOOK_EVERY_MS) return [];
    lookedAt = now();
    return all(live)
      .filter(({ ends }) => ends <= now())
      .slice(0, MOST_AT_ONCE)
      .map(({ serial }) => serial);
  }

  /** Remembers the certificate for a signing request. Returns the one before, if it has asked already. */
  function answer(request: string, serial: string): string | undefined {
    const before = answered.get(request);
    answered.delete(request);
    answered.set(request, serial);
    const [oldest] = answered.keys();
    if (answered.size > MOST_REQUESTS && oldest !== undefined) answered.delete(oldest);
    return before;
  }

  return {
    note(entry, replaces, request) {
      const earlier = request === undefined ? undefined : answer(request, entry.serial);
      return write((pending) => replace(pending, entry, replaces ?? earlier));
    },
    async confirm(serial) {
      if (get(live, serial)?.unconfirmed !== true) return;
      const underWay =
        confirming.get(serial) ??
        write((pending) => {
          const entry = pending.get(serial);
          if (entry !== undefined) pending.put(confirmed(entry));
        }).finally(() => confirming.delete(serial));
      confirming.set(serial, underWay);
      await underWay;
    },
    async revoke(serials) {
      const isFresh = (serial: string): boolean => {
        const entry = get(live, serial);
        return entry !== undefined && entry.revoked === undefined;
      };
      const fresh = serials.filter(isFresh);
      const revoked = now();
      if (fresh.length > 0)
        await write((pending) => {
          for (const entry of fresh.flatMap((serial) => pending.get(serial) ?? []))
            pending.put({ ...entry, revoked: entry.revoked ?? revoked });
        });
      return fresh.length;
    },
    get: (serial) => get(live, serial),
    list: inUse,
    listAll: current,
    count() {
      // Also after the clock was set back, which may be by years.
      if (Math.abs(now() - counted.at) > COUNT_EVERY_MS) counted = { at: now(), count: inUse().length };
      return counted.count;
    },
  };
}

/** Returns the serial number of a certificate, and those of all that it came from by renewals. */
export function earlierOnes(entries: readonly LedgerEntry[], serial: string): ReadonlySet<string> {
  const found = new Set([serial]);
  // The set grows while it is gone through.
  for (const later of found)
    for (const { serial: each, replacedBy, renewed } of entries) {
      if (replacedBy === later) found.add(each);
      // Two copies of one certificate were renewed: it is replaced by the later one only.
      if (each === later && renewed !== undefined) found.add(renewed);
    }
  return found;
}

/** Puts a certificate in the place of the one that it renews. */
function replace(pending: Pending, issued: LedgerEntry, replaces: string | undefined): void {
  const entry = replaces === undefined ? issued : { ...issued, renewed: replaces };
  const before = replaces === undefined ? undefined : pending.get(replaces);
  if (before === undefined) return pending.put(entry);
  const lost = before.replacedBy === undefined ? undefined : pending.get(before.replacedBy);
  const isLost = lost !== undefined && lost.replacedBy === undefined && lost.from === entry.from;
  if (isLost) pending.put({ ...lost, replacedBy: entry.serial });
  // The agent has shown the certificate that it renews, or asks for another one instead: no earlier certificate is in use.
  pending.put({ ...confirmed(before), replacedBy: entry.serial });
  pending.put(before.revoked === undefined ? entry : { ...entry, revoked: before.revoked });
}

function confirmed(entry: LedgerEntry): LedgerEntry {
  return { ...entry, unconfirmed: false };
}

function get({ model }: LiveModel, serial: string): LedgerEntry | undefined {
  const found = model.get<'certificate'>(idOf(serial));
  return found && { ...found.spec, serial };
}

function all({ model }: LiveModel): readonly LedgerEntry[] {
  return Array.from(model.values('certificate', PLACE), ({ name, spec }) => ({ ...spec, serial: name }));
}

function idOf(serial: string) {
  return { kind: 'certificate', ...PLACE, parent: '', name: serial } as const;
}

function resourceOf(
  { model }: LiveModel,
  { serial, ...spec }: LedgerEntry,
  now: number,
): Resource<'certificate'> {
  const before = model.get<'certificate'>(idOf(serial));
  return {
    ...idOf(serial),
    spec,
    uid: before?.uid ?? randomUUID(),
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    lastUpdatedAt: now,
    resourceOwner: spec.owner,
    tags: [],
  };
}
