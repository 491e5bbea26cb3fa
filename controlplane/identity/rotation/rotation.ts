import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../../common/log.ts';
import { coded } from '../../codes.ts';
import type { AuthorityRecord } from '../../mesh/identity-records.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import { changeAuthority, readAuthority } from '../authority/authority-store.ts';
import type { CertificateLedger } from '../certificate-ledger.ts';
import { withNewIntermediate, type SigningOptions } from '../authority/new-intermediate.ts';
import { bytesOf } from '../seal/sealed-signers.ts';
import { isStepDone, later, missing, withFirstRootOnly, withLastRootSigning, withNextRoot } from './steps.ts';

/** The requests of operators. */
export const ROTATIONS = ['root', 'intermediate', 'skip', 'abort'] as const;

/** A rotation that an operator asks for. */
export type RotationRequest = (typeof ROTATIONS)[number];

/** The rotation of the authority's certificates. All state is in the store, so it survives restarts, and any replica takes the next step. */
export type Rotation = {
  /**
   * `root`: begins to replace the root. `intermediate`: replaces the intermediate at once. `skip`: takes the next step without waiting for the
   * certificates that are missing. `abort`: goes back to the old root. Returns why it cannot be done, or undefined.
   */
  readonly request: (what: RotationRequest) => Promise<string | undefined>;
  readonly close: () => void;
};

/** Inputs of the rotation. */
export type RotationOptions = SigningOptions & {
  readonly live: LiveModel;
  readonly ledger: CertificateLedger;
  readonly log: Log;
  /** How often the step that is under way is looked at, in milliseconds. Default: 2,000. */
  readonly everyMs?: number;
  /** Milliseconds of a monotonic clock. Default: that of the process. */
  readonly clock?: () => number;
};

type Change = (record: AuthorityRecord) => Promise<AuthorityRecord | string | undefined>;

const NONE = 'no rotation is under way: `daybreak identity rotate` begins one';

/** The longest wait after failures, in milliseconds, before jitter. */
const LONGEST_WAIT_MS = 60_000;

/** Follows the rotation that is under way, if any. */
export function createRotation(options: RotationOptions): Rotation {
  const {
    live,
    ledger,
    log,
    roots,
    now = Date.now,
    everyMs = 2000,
    clock = () => performance.now(),
  } = options;
  /** The record that this replica follows now, and since when. */
  let followed: { readonly record: AuthorityRecord; readonly since: number } | undefined;

  /** Returns how long this replica has followed a step, in milliseconds: the wall clock may be set back or forward meanwhile. */
  function followedMs(record: AuthorityRecord): number {
    if (followed === undefined || !isSameStep(followed.record, record)) followed = { record, since: clock() };
    return clock() - followed.since;
  }

  async function change(how: Change): Promise<string | undefined> {
    let refusal: string | undefined;
    let before: AuthorityRecord | undefined;
    const after = await changeAuthority(
      live,
      async (record) => {
        before = record;
        const changed = await how(record);
        refusal = typeof changed === 'string' ? changed : undefined;
        return typeof changed === 'string' ? undefined : changed;
      },
      now,
    );
    if (refusal === undefined && after !== before)
      log.info(coded('IDENTITY_ROTATED', facts(after)), 'the authority was changed');
    return refusal;
  }

  async function next(record: AuthorityRecord): Promise<AuthorityRecord> {
    if (record.rotation?.step === 'distributing') {
      return withNewIntermediate(withLastRootSigning(record, now()), options);
    }
    return withFirstRootOnly(record, below(record));
  }

  const REQUESTS: Readonly<Record<RotationRequest, Change>> = {
    root: async (record) => {
      if (record.rotation !== undefined)
        return 'a new root is being introduced already: `daybreak identity` shows the step';
      const root = await roots.create(now());
      // The authority of --ca-root has the same certificate until AWS is asked for another one.
      if (record.roots.some(({ certificate }) => certificate === root.certificate))
        return `the certificate of ${root.privateCa} is the root already: start with another --ca-root, or without it`;
      return withNextRoot(record, root, now());
    },
    intermediate: async (record) => later(await withNewIntermediate(record, options)),
    skip: async (record) => (record.rotation === undefined ? NONE : next(record)),
    abort: async (record) => {
      if (record.rotation === undefined) return NONE;
      if (record.rotation.step === 'distributing') return withFirstRootOnly(record, record.retired);
      return withNewIntermediate(withLastRootSigning(record, now()), options);
    },
  };

  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let wait = everyMs;

  /** Takes the next step if it is due. One look at a time: a step may wait for AWS. */
  async function look(): Promise<void> {
    try {
      if (readAuthority(live)?.rotation !== undefined)
        await change(async (record) => {
          const at = { now: now(), followedMs: followedMs(record) };
          return isStepDone(record, ledger.list(), at) ? next(record) : undefined;
        });
      wait = everyMs;
    } catch (error) {
      log.error({ err: error }, 'the next step of the rotation failed: trying again');
      wait = Math.min(wait * 2, LONGEST_WAIT_MS) * (0.5 + Math.random());
    }
    plan();
  }
  const plan = (): void => {
    if (!isClosed) timer = setTimeout(() => void look(), wait).unref();
  };
  plan();

  function facts(record: AuthorityRecord) {
    const { rotation, generation = 0 } = record;
    return {
      step: rotation?.step ?? 'done',
      generation,
      roots: record.roots.map(({ certificate }) => new X509Certificate(bytesOf(certificate)).fingerprint256),
      missing: missing(record, ledger.list()).length,
    };
  }

  return {
    request: (what) => change(REQUESTS[what]),
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** Whether two records are at the same step of the same rotation. */
function isSameStep(one: AuthorityRecord, other: AuthorityRecord): boolean {
  return one.generation === other.generation && isDeepStrictEqual(one.rotation, other.rotation);
}

/** The retired intermediates below the root that signs. */
function below({ roots: [root], retired }: AuthorityRecord): readonly string[] {
  if (root === undefined) return retired;
  const above = new X509Certificate(bytesOf(root.certificate));
  return retired.filter((each) => new X509Certificate(bytesOf(each)).checkIssued(above));
}
