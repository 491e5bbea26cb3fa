import { compareText } from '../../common/compare-text.ts';
import { standingOf, type Validity } from '../../common/certificate-validity.ts';
import { TRUST_SECRET } from '../../common/contracts/identity-secrets.ts';
import type { EnvoySecret } from './envoy-secrets.ts';
import type { FileSecretStatus } from './followed-secrets.ts';
import type { SecretReference, SecretSource } from './secret-references.ts';
import { validityProblem } from './validity-problem.ts';

/**
 * `reading`: its files are being read. `missing`: its files are unusable. `waiting`: Envoy has no secret of this name. `served`: in
 * force and valid. `not yet valid`, `expired`: in force, but peers that check validity refuse it.
 */
export type SecretStateName = FileSecretStatus['state'] | 'waiting' | 'not yet valid' | 'expired';

/** Status of a secret that Envoy's configuration references, from any source. */
export type SecretStatus = {
  readonly name: string;
  readonly source: SecretSource;
  readonly kind: SecretReference['kind'];
  /** Filter chains of listeners that use the secret. */
  readonly listeners: readonly string[];
  /** Clusters that use the secret, the first ten by name. */
  readonly clusters: readonly string[];
  readonly files: readonly string[] | undefined;
  readonly state: SecretStateName;
  readonly problem: string | undefined;
  readonly validity: Validity | undefined;
};

/** Inputs of the status, read at one moment. */
export type SecretFacts = {
  readonly now: number;
  readonly references: readonly SecretReference[];
  readonly envoy: readonly EnvoySecret[];
  /** Secrets that Envoy has waited for longer than a listener waits. */
  readonly late: ReadonlySet<string>;
  /** Secrets of which Envoy rejected the latest version. */
  readonly refused: ReadonlySet<string>;
  /** Validity of the versions in force of rejected secrets. */
  readonly before: ReadonlyMap<string, Validity>;
  readonly files: readonly FileSecretStatus[];
  readonly sds: SdsFacts;
  /** Why the control plane is disconnected; undefined while connected. */
  readonly controlPlane: string | undefined;
};

/** State of the secret server (`APPMESH_SDS_SOCKET_PATH`). */
type SdsFacts = {
  readonly path: string;
  /** Why the server is unreachable; undefined if it is reachable. */
  readonly unreachable: string | undefined;
  /** Secrets whose streams are down. */
  readonly ended: ReadonlySet<string>;
  /** Returns the server's latest error for a secret. */
  readonly errors: (name: string) => string | undefined;
};

const MOST_CLUSTERS = 10;

/** Returns the status of all referenced secrets and of file secrets that Envoy still subscribes to, sorted by name. */
export function secretStatuses(facts: SecretFacts): readonly SecretStatus[] {
  const groups = Map.groupBy(facts.references, ({ source, name }) => `${source} ${name}`);
  const named = Array.from(groups.values()).flatMap(([first, ...others]) =>
    first === undefined ? [] : [statusOf([first, ...others], facts)],
  );
  const known = new Set(named.map(({ name }) => name));
  const others = facts.files.filter(({ name }) => !known.has(name)).map(unreferencedStatus);
  return [...named, ...others].toSorted((one, other) => compareText(one.name, other.name));
}

function statusOf(
  references: readonly [SecretReference, ...SecretReference[]],
  facts: SecretFacts,
): SecretStatus {
  const [{ name, source, kind }] = references;
  const users = (wanted: SecretReference['user']['kind']) => {
    const names = references.flatMap(({ user }) => (user.kind === wanted ? [user.name] : []));
    return [...new Set(names)].toSorted();
  };
  const file = source === 'files' ? facts.files.find((each) => each.name === name) : undefined;
  const entries = facts.envoy.filter((each) => each.name === name);
  const received = entries.every((each) => each.received !== undefined) ? entries[0]?.received : undefined;
  const isRefused = facts.refused.has(name);
  const validity = isRefused ? facts.before.get(name) : (received?.validity ?? file?.validity);
  const isInForce = received !== undefined && (!isRefused || validity !== undefined);
  const state = stateOf(file, isInForce, validity, facts.now);
  const common = { name, source, kind, listeners: users('listener'), files: file?.files };
  return {
    ...common,
    clusters: users('cluster').slice(0, MOST_CLUSTERS),
    state,
    validity: isInForce ? validity : undefined,
    problem: problemOf({ ...common, state, validity }, file, facts),
  };
}

function stateOf(
  file: FileSecretStatus | undefined,
  isInForce: boolean,
  validity: Validity | undefined,
  now: number,
): SecretStateName {
  if (!isInForce) return file === undefined || file.state === 'served' ? 'waiting' : file.state;
  const standing = validity === undefined ? 'valid' : standingOf(validity, now);
  return standing === 'valid' || standing === 'ending' ? 'served' : standing;
}

type Known = Pick<SecretStatus, 'name' | 'source' | 'kind' | 'state' | 'validity'>;

function problemOf(
  secret: Known,
  file: FileSecretStatus | undefined,
  facts: SecretFacts,
): string | undefined {
  const { name, source, kind, state, validity } = secret;
  const isWaiting = state === 'waiting' && facts.late.has(name);
  const isInForce = state !== 'waiting' && state !== 'missing' && state !== 'reading';
  const problems = [
    file?.problem,
    isInForce && validity !== undefined
      ? validityProblem(kind === 'certificate' ? 'the certificate' : 'the authority', validity, facts.now)
      : undefined,
    facts.refused.has(name) && file?.problem === undefined
      ? 'Envoy rejected the latest version; see its log, and `update_rejected` under `sds.`'
      : undefined,
    source === 'sds' && (isWaiting || (isInForce && facts.sds.ended.has(name)))
      ? sdsProblem(name, isInForce, facts.sds)
      : undefined,
    file?.state === 'served' && isWaiting ? 'Envoy has not fetched it from the agent' : undefined,
    source === 'ads' && isWaiting ? (facts.controlPlane ?? 'the control plane does not serve it') : undefined,
  ];
  const said = problems.filter((each) => each !== undefined);
  return said.length === 0 ? undefined : said.join('; ');
}

function sdsProblem(
  name: string,
  isInForce: boolean,
  { path, unreachable, errors }: SdsFacts,
): string | undefined {
  const answer = unreachable ?? serverProblem(path, errors(name));
  return isInForce ? `${answer}; the secret is not renewed until this is fixed` : answer;
}

function serverProblem(path: string, error: string | undefined): string {
  return error === undefined
    ? `${path}: the server does not return this secret: it has no entry for a workload of uid ${process.getuid?.()}, or no secret of this name`
    : `${path}: the server answers: ${error}`;
}

/** Status of a secret that Envoy still subscribes to, e.g. for draining connections, but the configuration no longer references. */
function unreferencedStatus({ name, files, state, problem, validity }: FileSecretStatus): SecretStatus {
  const kind = files.length === 1 || name === TRUST_SECRET ? 'trust' : 'certificate';
  return { name, source: 'files', kind, listeners: [], clusters: [], files, state, problem, validity };
}
