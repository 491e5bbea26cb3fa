import { X509Certificate } from 'node:crypto';
import type { PublicKey } from '@peculiar/x509';
import type { Log } from '../../../common/log.ts';
import { createBackoff } from '../../../xds/client/backoff.ts';
import { coded } from '../../codes.ts';
import type { AuthorityRecord } from '../../mesh/identity-records.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import { issueLeaf, openIssuer, type Issuer, type Leaf } from './certificates.ts';
import { changeAuthority, createAuthority, readAuthority } from './authority-store.ts';
import { IdentityError } from '../errors.ts';
import type { Sealer } from '../seal/seal.ts';
import { withNewIntermediate } from './new-intermediate.ts';
import type { Roots } from './roots.ts';
import { bytesOf, openSigner } from '../seal/sealed-signers.ts';

/** An issued certificate with all that a proxy needs to use it. */
export type Svid = Leaf & {
  readonly spiffeId: string;
  /** The leaf and the intermediate, DER. */
  readonly chain: readonly Uint8Array[];
  /** The roots to trust, DER. */
  readonly roots: readonly Uint8Array[];
  /** The generation of the roots. */
  readonly generation: number;
};

/** The authority of a trust domain. Its keys are sealed in the store, which replicas share. */
export type Authority = {
  readonly trustDomain: string;
  /** The roots that proxies trust, DER. */
  readonly roots: () => readonly Uint8Array[];
  /** The record in the store: its generation, and the rotation that is under way. */
  readonly record: () => AuthorityRecord;
  /** The end of the issuing certificate, in milliseconds since 1970. */
  readonly issuingEnds: () => number;
  /** Issues a certificate for a key. `lifetime` is in milliseconds. */
  readonly issue: (spiffeId: string, key: PublicKey, lifetime: number) => Promise<Svid>;
  /** The intermediates that issued certificates which may still be valid, DER. */
  readonly issuers: () => readonly Uint8Array[];
  /** Calls `listener` after a change of the roots or intermediates. Returns a function that removes it. */
  readonly onChange: (listener: () => void) => () => void;
  readonly close: () => void;
};

/** Inputs of the authority. */
export type AuthorityOptions = {
  readonly live: LiveModel;
  readonly trustDomain: string;
  readonly sealer: Sealer;
  readonly roots: Roots;
  readonly log: Log;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
};

const DAY = 24 * 60 * 60 * 1000;
/** An intermediate with less than this left is replaced, in milliseconds: 30 of its 90 days. */
const REPLACE_BEFORE = 30 * DAY;
/** A shorter one is replaced with this part of its lifetime left. */
const REPLACE_SHARE = 1 / 3;
/** How often the end of the intermediate is looked at, in milliseconds. */
const LOOK_EVERY = 60 * 60 * 1000;
/** The waits after failures to open a changed authority, in milliseconds, doubled from the first to the longest: AWS KMS may be away. */
const RETRY = { firstMs: 5000, mostMs: 5 * 60 * 1000 };
/** The wait after a failure to replace the intermediate, in milliseconds, with jitter: AWS may be away. */
const REPLACE_RETRY_MS = 5 * 60 * 1000;

/**
 * Opens the authority in the store, or creates it: a root of ten years on P-384, and an intermediate of 90 days on P-256, which it
 * replaces after 60 days without any change of trust.
 * @throws IdentityError if the store has the authority of another trust domain, or another key sealed it
 */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { live, trustDomain, log, now = Date.now } = options;
  let opened = await openRecord(await createOrRead(options), options);
  const listeners = new Set<() => void>();
  let isClosed = false;

  async function follow(record: AuthorityRecord): Promise<void> {
    const next = await openRecord(record, options);
    // A later change may have been opened sooner.
    if (readAuthority(live) !== record) return;
    opened = next;
    retryWaits.reset();
    for (const listener of listeners) listener();
  }
  const stop = live.onChanges((changes) => {
    if (changes.some(({ id }) => id.kind === 'authority')) followLatest();
  });
  let retry: NodeJS.Timeout | undefined;
  const retryWaits = createBackoff(RETRY.firstMs, RETRY.mostMs);

  function followLatest(): void {
    clearTimeout(retry);
    const record = readAuthority(live);
    if (record === undefined) return;
    follow(record).catch((error: unknown) => {
      const code = error instanceof IdentityError ? error.code : 'AUTHORITY_DAMAGED';
      log.error(coded(code, { err: error }), 'the changed authority cannot be used: trying again');
      clearTimeout(retry);
      if (!isClosed) retry = setTimeout(followLatest, retryWaits.next()).unref();
    });
  }

  async function replaceIntermediate(): Promise<void> {
    let isReplaced = false;
    const change = async (record: AuthorityRecord): Promise<AuthorityRecord | undefined> => {
      isReplaced = mayReplace(record, now());
      return isReplaced ? withNewIntermediate(record, options) : undefined;
    };
    await changeAuthority(live, change, now);
    if (isReplaced) log.info(coded('IDENTITY_ROTATED'), 'the intermediate of the authority was replaced');
  }
  let timer: NodeJS.Timeout | undefined;
  /** Replaces the intermediate if it is time. A failure is no reason not to start: the present one may last for weeks. */
  async function look(): Promise<void> {
    let wait = LOOK_EVERY;
    try {
      await replaceIntermediate();
    } catch (error) {
      log.error({ err: error }, 'the intermediate of the authority could not be replaced: trying again');
      wait = REPLACE_RETRY_MS * (1 + Math.random());
    }
    if (!isClosed) timer = setTimeout(() => void look(), wait).unref();
  }
  await look();
  if (!options.roots.isAsConfigured(opened.record))
    log.warn(
      { roots: opened.record.roots.map(({ privateCa }) => privateCa ?? 'own') },
      'the root of the authority is not that of --ca-root: daybreak identity rotate replaces it',
    );

  return {
    trustDomain,
    roots: () => opened.roots,
    // The store's, which `opened` follows a moment later.
    record: () => readAuthority(live) ?? opened.record,
    issuingEnds: () => opened.issuer.ends,
    async issue(spiffeId, key, lifetime) {
      const { record, issuer, intermediate, roots } = opened;
      const leaf = await issueLeaf(issuer, spiffeId, key, { lifetime, now: now() });
      const { generation = 0 } = record;
      return { ...leaf, spiffeId, chain: [leaf.certificate, intermediate], roots, generation };
    },
    issuers: () => opened.issuers,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearTimeout(retry);
      stop();
    },
  };
}

type Opened = {
  readonly record: AuthorityRecord;
  readonly issuer: Issuer;
  readonly intermediate: Uint8Array;
  readonly roots: readonly Uint8Array[];
  readonly issuers: readonly Uint8Array[];
};

async function openRecord(
  record: AuthorityRecord,
  { sealer, trustDomain }: AuthorityOptions,
): Promise<Opened> {
  const signer = await openSigner(record.issuing, sealer, trustDomain);
  return {
    record,
    issuer: await openIssuer(signer),
    intermediate: signer.certificate,
    roots: record.roots.map(({ certificate }) => bytesOf(certificate)),
    issuers: [signer.certificate, ...record.retired.map(bytesOf)],
  };
}

async function createOrRead(options: AuthorityOptions): Promise<AuthorityRecord> {
  const { live, trustDomain, sealer, roots, log, now = Date.now } = options;
  const create = async (): Promise<AuthorityRecord> => {
    const root = await roots.create(now());
    const issuing = await roots.intermediate(root, now());
    return { trustDomain, roots: [root], issuing, retired: [] };
  };
  let created: AuthorityRecord | undefined;
  const record = await createAuthority(live, async () => (created = await create()), now);
  if (record === created)
    log.info({ trustDomain, key: sealer.keyId }, 'created the authority of the trust domain');
  if (record.trustDomain === trustDomain) return record;
  throw new IdentityError(
    'TRUST_DOMAIN_DIFFERS',
    `--trust-domain="${trustDomain}": the store has the authority of ${record.trustDomain}`,
  );
}

/** Whether the intermediate ends soon, and a new one would end later. */
function mayReplace({ issuing, roots: [root] }: AuthorityRecord, now: number): boolean {
  const { begins, ends } = datesOf(issuing.certificate);
  const before = Math.min(REPLACE_BEFORE, (ends - begins) * REPLACE_SHARE);
  // It never outlives its root, so that a new one would end no later.
  return ends - now <= before && root !== undefined && ends < datesOf(root.certificate).ends;
}

function datesOf(certificate: string): { readonly begins: number; readonly ends: number } {
  const { validFromDate, validToDate } = new X509Certificate(bytesOf(certificate));
  return { begins: validFromDate.getTime(), ends: validToDate.getTime() };
}
