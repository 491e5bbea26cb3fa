import type { Validity } from '../../common/certificate-validity.ts';
import type { Log } from '../../common/log.ts';
import { CLUSTER, LISTENER, type Resource } from '../../xds/types.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import type { Relay } from '../relay/relay.ts';
import { createEnvoySecrets, type EnvoySecret } from './envoy-secrets.ts';
import type { FileSecrets } from './file-secrets.ts';
import { logSecretChanges } from './log-secret-changes.ts';
import { probeSocket } from './probe-socket.ts';
import type { SdsErrors } from './sds-errors.ts';
import { secretReferences, type SecretReference } from './secret-references.ts';
import { createSecretStats, SECRET_STATS } from './secret-stats.ts';
import { secretStatuses, type SdsFacts, type SecretStatus } from './secret-status.ts';

/** Inputs of the watch. */
export type SecretWatchOptions = {
  readonly admin: Pick<AdminClient, 'certificates' | 'configDump' | 'stats'>;
  readonly relay: Pick<Relay, 'served' | 'status'>;
  readonly files: Pick<FileSecrets, 'status'>;
  /** `APPMESH_SDS_SOCKET_PATH`. */
  readonly sdsSocketPath: () => string | undefined;
  readonly sdsErrors: Pick<SdsErrors, 'about'>;
  readonly log: Log;
};

/** Watches the secrets of the running Envoy. */
export type SecretWatch = {
  /** Resets the watch for a new Envoy process, which has no secrets yet. */
  begin(): void;
  /** Checks all secrets, and logs changes. Makes no calls while the configuration references none. Never rejects. */
  check(signal: AbortSignal): Promise<void>;
  /** Status of all secrets as of the last check. */
  status(): readonly SecretStatus[];
  /** Why listeners refuse connections: one text per secret that they wait for. */
  awaited(): readonly string[];
  /** Whether a secret changed within the last minute, so that another change is likely. */
  isUnsettled(): boolean;
};

/** How long a new listener waits for a secret (SECRET_FETCH_TIMEOUT of the control plane), in milliseconds. */
const LISTENER_WAITS_MS = 2000;
/** How long after a change another one is likely, in milliseconds. */
const UNSETTLED_MS = 60_000;

/** Creates a watch. Call `begin` for each new Envoy process. */
export function createSecretWatch(options: SecretWatchOptions): SecretWatch {
  const { admin, relay, files, log } = options;
  const sdsSocketPath = (): string => options.sdsSocketPath() ?? '';
  const envoy = createEnvoySecrets(admin);
  const references = createReferences();
  let isFirstCheck = true;
  let late: ReadonlySet<string> = new Set();
  /** Validity of the version that Envoy accepted last, by name. */
  let accepted: ReadonlyMap<string, Validity> = new Map();
  let stats = createSecretStats();
  let statuses: readonly SecretStatus[] = [];
  let changedAt = -Infinity;

  async function check(signal: AbortSignal): Promise<void> {
    const named = references.of([
      [LISTENER, relay.served(LISTENER)],
      [CLUSTER, relay.served(CLUSTER)],
    ]);
    if (named.length === 0) return report(named, [], new Set(), Date.now());
    const secrets = await envoy.read(signal);
    // Read the statistics after the secrets, so that they count versions rejected meanwhile.
    const values = await admin.stats(SECRET_STATS, signal);
    const now = Date.now();
    const waiting = secrets.filter(({ received }) => received === undefined);
    const isLate = ({ name, since }: EnvoySecret) =>
      isFirstCheck || late.has(name) || now - since > LISTENER_WAITS_MS;
    late = new Set(waiting.filter(isLate).map(({ name }) => name));
    isFirstCheck = false;
    const { rejected, ended } = stats.read(named, values, performance.now());
    const refused =
      rejected.size === 0 ? rejected : notInForce(secrets, rejected, await admin.certificates(signal));
    accepted = new Map(
      secrets.flatMap(({ name, received }) => {
        const validity = refused.has(name) ? accepted.get(name) : received?.validity;
        return validity === undefined ? [] : [[name, validity] as const];
      }),
    );
    const hasSdsProblem = named.some(
      ({ name, source }) => source === 'sds' && (late.has(name) || ended.has(name)),
    );
    const unreachable = hasSdsProblem ? await probeSocket(sdsSocketPath()) : undefined;
    report(named, secrets, refused, now, { unreachable, ended });
  }

  function report(
    named: readonly SecretReference[],
    secrets: readonly EnvoySecret[],
    refused: ReadonlySet<string>,
    now: number,
    sds: Pick<SdsFacts, 'unreachable' | 'ended'> = { unreachable: undefined, ended: new Set() },
  ): void {
    const before = statuses;
    const { connected, lastError, withoutKeys } = relay.status();
    const keys = withoutKeys.length > 0 ? '; keys are kept on disk only with DAYBREAK_STATE_KEYS=1' : '';
    statuses = secretStatuses({
      now,
      references: named,
      envoy: secrets,
      late,
      refused,
      before: accepted,
      files: files.status(),
      sds: { ...sds, path: sdsSocketPath(), errors: (name) => options.sdsErrors.about(name) },
      controlPlane: connected
        ? undefined
        : `the control plane cannot be reached (${lastError ?? 'no connection yet'})${keys}`,
    });
    const known = new Set(files.status().flatMap(({ problem }) => problem ?? []));
    if (logSecretChanges(log, before, statuses, known)) changedAt = performance.now();
  }

  return {
    begin() {
      isFirstCheck = true;
      late = new Set();
      accepted = new Map();
      stats = createSecretStats();
    },
    check: (signal) =>
      check(signal).catch((error: unknown) => log.debug({ err: error }, 'cannot read secrets from Envoy')),
    status: () => statuses,
    awaited: () =>
      statuses
        .filter(
          ({ state, problem, listeners }) =>
            isAwaited(state) && problem !== undefined && listeners.length > 0,
        )
        .map(({ name, listeners, problem }) => `${listeners.join(', ')}: waits for ${name}: ${problem}`),
    isUnsettled: () => performance.now() - changedAt < UNSETTLED_MS,
  };
}

/**
 * Returns the secrets of which Envoy rejected a version and whose latest certificates are not in force. Counters are not enough:
 * Envoy ACKs a rejected version when it is sent again, and still does not put it into force. `inForce`: serial numbers.
 */
function notInForce(
  secrets: readonly EnvoySecret[],
  rejected: ReadonlySet<string>,
  inForce: ReadonlySet<string>,
): ReadonlySet<string> {
  const isInForce = ({ received }: EnvoySecret) => received?.serials.some((serial) => inForce.has(serial));
  const refused = secrets.filter((each) => rejected.has(each.name) && isInForce(each) === false);
  return new Set(refused.map(({ name }) => name));
}

function isAwaited(state: SecretStatus['state']): boolean {
  return state === 'waiting' || state === 'missing';
}

/** Reads the secret references of resources, memoized per resource. */
function createReferences() {
  const known = new WeakMap<Resource, readonly SecretReference[]>();
  return {
    of(types: readonly (readonly [string, Iterable<Resource>])[]): readonly SecretReference[] {
      return types.flatMap(([typeUrl, resources]) =>
        Array.from(resources).flatMap((resource) => {
          const found = known.get(resource) ?? secretReferences(typeUrl, resource);
          known.set(resource, found);
          return found;
        }),
      );
    },
  };
}
