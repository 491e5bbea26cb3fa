import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CertificateRecord } from '../mesh/identity-records.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { Resource } from '../mesh/resource.ts';

/** A certificate with its serial number, in hexadecimal. */
export type LedgerEntry = CertificateRecord & { readonly serial: string };

/** All certificates that may still be in use, in the store: of every replica, and over restarts. */
export type CertificateLedger = {
  /** Notes a certificate before its agent gets it. `replaces`: the serial number of the one that it renews. */
  readonly note: (entry: LedgerEntry, replaces?: string) => Promise<void>;
  /** Revokes certificates. Returns how many of them were not revoked before. */
  readonly revoke: (serials: readonly string[]) => Promise<number>;
  readonly get: (serial: string) => LedgerEntry | undefined;
  /** Those that have not ended, in no particular order. */
  readonly list: () => readonly LedgerEntry[];
  /** How many there are, of which a few may have ended. Costs nothing. */
  readonly count: () => number;
};

// A place of its own, so that its writes do not disturb those of the authority.
const PLACE = { owner: '', mesh: 'certificates' } as const;
/** The most changes of one commit. */
const MOST_AT_ONCE = 500;
/** How long a write waits for others, in milliseconds: an embedded store blocks the process until the disk has each commit. */
const GATHER_MS = 10;
/** How often certificates that have ended are looked for, in milliseconds. */
const LOOK_EVERY_MS = 60_000;
/** How often a write is tried again because another replica wrote first. */
const ATTEMPTS = 20;

type Write = {
  readonly puts: readonly LedgerEntry[];
  readonly deletes: readonly string[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
};

/** Opens the ledger. Writes that arrive within 10 ms, or while another one is under way, are committed together. `now`: milliseconds since 1970. */
export function createCertificateLedger(live: LiveModel, now: () => number = Date.now): CertificateLedger {
  const waiting: Write[] = [];
  let isWriting = false;
  let lookedAt = 0;

  function write(puts: readonly LedgerEntry[], deletes: readonly string[]): Promise<void> {
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<void>();
    waiting.push({ puts, deletes, done, failed });
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

  async function commit(writes: readonly Write[]): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const revision = live.model.meshRevision(PLACE);
      const puts = new Map(
        writes.flatMap((each) => each.puts.map((entry) => [entry.serial, entry] as const)),
      );
      const ended = now() - lookedAt > LOOK_EVERY_MS ? all(live).filter(({ ends }) => ends <= now()) : [];
      if (now() - lookedAt > LOOK_EVERY_MS) lookedAt = now();
      const deletes = new Set([
        ...writes.flatMap((each) => each.deletes),
        ...ended.map(({ serial }) => serial),
      ]);
      const { outcome } = await live.commit({
        mesh: PLACE,
        expectedMeshRevision: revision,
        puts: [...puts.values()].map((entry) => resourceOf(live, entry, now())),
        deletes: [...deletes].filter((serial) => !puts.has(serial) && get(live, serial)).map(idOf),
        tokens: [],
      });
      if (outcome === 'committed') return;
      await live.catchUp();
    }
    throw new Error('other replicas kept writing certificates: try again');
  }

  return {
    note: (entry, replaces) => write([entry], replaces === undefined ? [] : [replaces]),
    async revoke(serials) {
      const entries = serials.flatMap((serial) => get(live, serial) ?? []);
      const fresh = entries.filter(({ revoked }) => revoked === undefined);
      if (fresh.length > 0)
        await write(
          fresh.map((entry) => ({ ...entry, revoked: now() })),
          [],
        );
      return fresh.length;
    },
    get: (serial) => get(live, serial),
    list: () => all(live).filter(({ ends }) => ends > now()),
    count: () => live.model.count('certificate', PLACE),
  };
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
