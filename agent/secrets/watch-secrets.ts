import type { Log } from '../../common/log.ts';
import { CLUSTER, LISTENER } from '../../xds/types.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import type { Relay } from '../relay/relay.ts';
import { createEnvoySecrets, type EnvoySecret } from './envoy-secrets.ts';
import type { FileSecrets } from './file-secrets.ts';
import { logSecretChanges } from './log-secret-changes.ts';
import { probeSocket } from './probe-socket.ts';
import type { SdsErrors } from './sds-errors.ts';
import type { SecretReference } from './secret-references.ts';
import { createReferences } from './served-references.ts';
import { createSecretHistory, NO_FACTS, type SecretFacts } from './secret-history.ts';
import { SECRET_STATS } from './secret-stats.ts';
import { secretStatuses, type SecretStatus } from './secret-status.ts';

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

/** How long after a change another one is likely, in milliseconds. */
const UNSETTLED_MS = 60_000;

/** Creates a watch. Call `begin` for each new Envoy process. */
export function createSecretWatch(options: SecretWatchOptions): SecretWatch {
  const { admin, relay, files, log } = options;
  const sdsSocketPath = (): string => options.sdsSocketPath() ?? '';
  const envoy = createEnvoySecrets(admin);
  const references = createReferences();
  let history = createSecretHistory();
  let statuses: readonly SecretStatus[] = [];
  let changedAt = -Infinity;

  async function check(signal: AbortSignal): Promise<void> {
    const named = references.of([
      [LISTENER, relay.served(LISTENER)],
      [CLUSTER, relay.served(CLUSTER)],
    ]);
    if (named.length === 0) return report(named, [], NO_FACTS, undefined);
    const secrets = await envoy.read(signal);
    // Read the statistics after the secrets, so that they count versions rejected meanwhile.
    const values = await admin.stats(SECRET_STATS, signal);
    const found = await history.add(named, secrets, values, () => admin.certificates(signal));
    const hasSdsProblem = named.some(
      ({ name, source }) => source === 'sds' && (found.late.has(name) || found.ended.has(name)),
    );
    const unreachable = hasSdsProblem ? await probeSocket(sdsSocketPath()) : undefined;
    report(named, secrets, found, unreachable);
  }

  function report(
    named: readonly SecretReference[],
    secrets: readonly EnvoySecret[],
    { late, refused, accepted, ended }: SecretFacts,
    unreachable: string | undefined,
  ): void {
    const before = statuses;
    const { connected, lastError, withoutKeys } = relay.status();
    const keys = withoutKeys.length > 0 ? '; keys are kept on disk only with DAYBREAK_STATE_KEYS=1' : '';
    statuses = secretStatuses({
      now: Date.now(),
      references: named,
      envoy: secrets,
      late,
      refused,
      before: accepted,
      files: files.status(),
      sds: { unreachable, ended, path: sdsSocketPath(), errors: (name) => options.sdsErrors.about(name) },
      controlPlane: connected
        ? undefined
        : `the control plane cannot be reached (${lastError ?? 'no connection yet'})${keys}`,
    });
    const known = new Set(files.status().flatMap(({ problem }) => problem ?? []));
    if (logSecretChanges(log, before, statuses, known)) changedAt = performance.now();
  }

  return {
    begin: () => void (history = createSecretHistory()),
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

function isAwaited(state: SecretStatus['state']): boolean {
  return state === 'waiting' || state === 'missing';
}
