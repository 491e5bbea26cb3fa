import type { SecretReference } from './secret-references.ts';

/** The statistics that are read, as a filter for Envoy. */
export const SECRET_STATS = String.raw`^sds\..*\.(update_(rejected|failure)|control_plane\.connected_state)$`;

/** What the statistics of one Envoy tell of its secrets, by name. */
export type SecretStats = {
  /** Those of which it has ever refused what it was sent. */
  readonly rejected: ReadonlySet<string>;
  /** Those from the server of secrets whose streams are down. */
  readonly ended: ReadonlySet<string>;
};

/** Longer than Envoy waits between two attempts to reach the server of secrets, in milliseconds. */
const ENDED_MS = 3000;

/** Reads the statistics of an Envoy that has just been started, again and again. */
export function createSecretStats() {
  const failures = new Map<string, number>();
  const downAt = new Map<string, number>();

  return {
    read(
      references: readonly SecretReference[],
      stats: ReadonlyMap<string, number>,
      now: number,
    ): SecretStats {
      const rejected = new Set<string>();
      const ended = new Set<string>();
      for (const { name, source } of references) {
        const value = (what: string) => stats.get(`${statPrefix(name)}.${what}`) ?? 0;
        if (value('update_rejected') > 0) rejected.add(name);
        if (source !== 'sds') continue;
        const failed = value('update_failure');
        // It is up for a moment in each attempt.
        const isDown =
          value('control_plane.connected_state') !== 1 || failed > (failures.get(name) ?? failed);
        failures.set(name, failed);
        if (isDown) downAt.set(name, now);
        if (now - (downAt.get(name) ?? 0) < ENDED_MS) ended.add(name);
      }
      return { rejected, ended };
    },
  };
}

/** A secret's name as Envoy has it in statistics. */
function statPrefix(name: string): string {
  return `sds.${name.replaceAll(/:\/?\/?/g, '_')}`;
}
