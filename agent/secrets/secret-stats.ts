import type { EnvoySecret } from './envoy-secrets.ts';
import type { SecretReference } from './secret-references.ts';

/** The statistics that are read, as a filter for Envoy. */
export const SECRET_STATS = String.raw`^sds\..*\.(version_text|update_(success|rejected|failure)|control_plane\.connected_state)$`;

/** What the statistics of one Envoy tell of its secrets, by name. */
export type SecretStats = {
  /** Those of which it refused what it was sent last. */
  readonly refused: ReadonlySet<string>;
  /** Those from the server of secrets whose streams are down. */
  readonly ended: ReadonlySet<string>;
};

/** Longer than Envoy waits between two attempts to reach the server of secrets, in milliseconds. */
const ENDED_MS = 3000;

type Values = ReadonlyMap<string, number | string>;
type Counts = { readonly success: number; readonly rejected: number; readonly failure: number };

const NONE: Counts = { success: 0, rejected: 0, failure: 0 };

/** Reads the statistics of an Envoy that has just been started, again and again. */
export function createSecretStats() {
  const counts = new Map<string, Counts>();
  const refused = new Set<string>();
  const downAt = new Map<string, number>();

  return {
    read(
      references: readonly SecretReference[],
      secrets: readonly EnvoySecret[],
      values: Values,
      now: number,
    ): SecretStats {
      const sources = new Map(references.map(({ name, source }) => [name, source]));
      for (const [name, source] of sources) {
        const value = (what: string) => values.get(`${statPrefix(name)}.${what}`);
        const count = (what: string) => Number(value(`update_${what}`) ?? 0);
        const before = counts.get(name);
        const after = { success: count('success'), rejected: count('rejected'), failure: count('failure') };
        counts.set(name, after);
        if (source === 'sds') {
          const version = secrets.find((each) => each.name === name)?.received?.version;
          setMember(refused, name, version !== undefined && version !== value('version_text'));
          const isUp = value('control_plane.connected_state') === 1;
          // It is up for a moment in each attempt.
          if (!isUp || after.failure > (before?.failure ?? after.failure)) downAt.set(name, now);
        } else {
          // Of the incremental variant the version in the statistics is another one than that of the secret.
          const { success, rejected } = before ?? NONE;
          if (after.success > success) refused.delete(name);
          else if (after.rejected > rejected) refused.add(name);
        }
      }
      const isDown = (name: string) => now - (downAt.get(name) ?? 0) < ENDED_MS;
      return { refused: new Set(refused), ended: new Set([...downAt.keys()].filter(isDown)) };
    },
  };
}

/** A secret's name as Envoy has it in statistics. */
function statPrefix(name: string): string {
  return `sds.${name.replaceAll(/:\/?\/?/g, '_')}`;
}

function setMember(set: Set<string>, member: string, isMember: boolean): void {
  if (isMember) set.add(member);
  else set.delete(member);
}
