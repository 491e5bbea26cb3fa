import { compareText } from '../../common/compare-text.ts';
import { standingOf, type Validity } from '../../common/certificate-validity.ts';
import type { EnvoySecret } from './envoy-secrets.ts';
import type { FileSecretStatus } from './file-secrets.ts';
import type { SecretReference, SecretSource } from './secret-references.ts';
import { validityProblem } from './validity-problem.ts';

/**
 * `reading`: its files are being looked at. `missing`: they cannot be used. `waiting`: Envoy has nothing under the name. `served`: in
 * force, and its time is now; `not yet valid` and `expired`: in force all the same, and who looks at its time refuses it.
 */
export type SecretStateName = FileSecretStatus['state'] | 'waiting' | 'not yet valid' | 'expired';

/** How a secret that Envoy's configuration names stands, whoever serves it. */
export type SecretStatus = {
  readonly name: string;
  readonly source: SecretSource;
  readonly kind: SecretReference['kind'];
  /** The filter chains of listeners that have it. */
  readonly listeners: readonly string[];
  /** The clusters that have it, the first ten by name. */
  readonly clusters: readonly string[];
  readonly files: readonly string[] | undefined;
  readonly state: SecretStateName;
  readonly problem: string | undefined;
  readonly validity: Validity | undefined;
};

/** What is known of the secrets at a moment. */
export type SecretFacts = {
  readonly now: number;
  readonly references: readonly SecretReference[];
  readonly envoy: readonly EnvoySecret[];
  /** Those that Envoy waits for longer than a listener does. */
  readonly late: ReadonlySet<string>;
  /** Those of which Envoy refused what it was sent last. */
  readonly refused: ReadonlySet<string>;
  /** The time of those in force that Envoy has since refused another one of. */
  readonly before: ReadonlyMap<string, Validity>;
  readonly files: readonly FileSecretStatus[];
  readonly sds: SdsFacts;
  /** Why the control plane cannot be asked; undefined while it can. */
  readonly controlPlane: string | undefined;
};

/** What is known of the server behind the socket for secrets. */
export type SdsFacts = {
  readonly path: string;
  /** Why nobody can be reached there; undefined where somebody can. */
  readonly unreachable: string | undefined;
  /** Those whose streams it has ended, or does not take. */
  readonly ended: ReadonlySet<string>;
  /** What it answered of late. */
  readonly words: (name: string) => string | undefined;
};

const MOST_CLUSTERS = 10;

/** All secrets that the configuration names, by name, and those from files that Envoy still asks for. */
export function secretStatuses(facts: SecretFacts): readonly SecretStatus[] {
  const groups = Map.groupBy(facts.references, ({ source, name }) => `${source} ${name}`);
  const named = Array.from(groups.values()).flatMap(([first, ...others]) =>
    first === undefined ? [] : [statusOf([first, ...others], facts)],
  );
  const known = new Set(named.map(({ name }) => name));
  const others = facts.files.filter(({ name }) => !known.has(name)).map(leftOver);
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
      ? 'Envoy refused what it was sent last; its log says why, and `update_rejected` under `sds.` counts it'
      : undefined,
    source === 'sds' && (isWaiting || (isInForce && facts.sds.ended.has(name)))
      ? sdsProblem(name, isInForce, facts.sds)
      : undefined,
    file?.state === 'served' && isWaiting ? 'Envoy has not taken it from the agent' : undefined,
    source === 'ads' && isWaiting ? (facts.controlPlane ?? 'the control plane does not serve it') : undefined,
  ];
  const said = problems.filter((each) => each !== undefined);
  return said.length === 0 ? undefined : said.join('; ');
}

function sdsProblem(
  name: string,
  isInForce: boolean,
  { path, unreachable, words }: SdsFacts,
): string | undefined {
  const answer = unreachable ?? refusal(path, words(name));
  return isInForce ? `${answer}; until that is mended it is not renewed` : answer;
}

function refusal(path: string, words: string | undefined): string {
  return words === undefined
    ? `${path}: the server does not answer with it: it has no entry for a workload of uid ${process.getuid?.()}, or knows no such name`
    : `${path}: the server answers: ${words}`;
}

/** Envoy asks for it, for instance for connections that are being drained; the configuration names it no more. */
function leftOver({ name, files, state, problem, validity }: FileSecretStatus): SecretStatus {
  const kind = files.length === 1 ? 'trust' : 'certificate';
  return { name, source: 'files', kind, listeners: [], clusters: [], files, state, problem, validity };
}
