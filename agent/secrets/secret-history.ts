import type { Validity } from '../../common/certificate-validity.ts';
import type { EnvoySecret } from './envoy-secrets.ts';
import type { SecretReference } from './secret-references.ts';
import { createSecretStats } from './secret-stats.ts';

/** Facts about the secrets of an Envoy that follow from this check and the checks before it, by name. */
export type SecretFacts = {
  /** Secrets for which new listeners no longer wait. */
  readonly late: ReadonlySet<string>;
  /** Secrets of which Envoy rejected the latest version. */
  readonly refused: ReadonlySet<string>;
  /** Validity of the version that Envoy accepted last. */
  readonly accepted: ReadonlyMap<string, Validity>;
  /** Secrets whose SDS stream is down. */
  readonly ended: ReadonlySet<string>;
};

/** The facts without any secret. */
export const NO_FACTS: SecretFacts = {
  late: new Set(),
  refused: new Set(),
  accepted: new Map(),
  ended: new Set(),
};

/** The secrets of one Envoy process, from its start. */
export type SecretHistory = {
  /**
   * Adds a check. `values`: Envoy's statistics that match SECRET_STATS, read after the secrets. `readInForce` reads the serial numbers of the
   * certificates in force; it is called only if Envoy rejected a version.
   */
  add(
    named: readonly SecretReference[],
    secrets: readonly EnvoySecret[],
    values: ReadonlyMap<string, number>,
    readInForce: () => Promise<ReadonlySet<string>>,
  ): Promise<SecretFacts>;
};

/** How long a new listener waits for a secret (SECRET_FETCH_TIMEOUT of the control plane), in milliseconds. */
const LISTENER_WAITS_MS = 2000;

/** Creates a history without checks. At the first check, each secret that Envoy waits for is late. */
export function createSecretHistory(): SecretHistory {
  const stats = createSecretStats();
  let isFirstCheck = true;
  let { late, accepted } = NO_FACTS;

  return {
    async add(named, secrets, values, readInForce) {
      const now = Date.now();
      const isLate = ({ name, since }: EnvoySecret) =>
        isFirstCheck || late.has(name) || now - since > LISTENER_WAITS_MS;
      const waiting = secrets.filter(({ received }) => received === undefined);
      late = new Set(waiting.filter(isLate).map(({ name }) => name));
      isFirstCheck = false;
      const { rejected, ended } = stats.read(named, values, performance.now());
      const refused = rejected.size === 0 ? rejected : notInForce(secrets, rejected, await readInForce());
      const before = accepted;
      accepted = new Map(
        secrets.flatMap(({ name, received }) => {
          const validity = refused.has(name) ? before.get(name) : received?.validity;
          return validity === undefined ? [] : [[name, validity] as const];
        }),
      );
      return { late, refused, accepted, ended };
    },
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
