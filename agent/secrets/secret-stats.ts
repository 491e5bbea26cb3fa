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

/** Of one of the server's secrets: attempts that failed, and when it was last seen down, in milliseconds since 1970. */
type Stream = { readonly failed: number; readonly downAt: number };

/** Reads the statistics of an Envoy that has just been started, again and again. */
export function createSecretStats() {
  let streams: ReadonlyMap<string, Stream> = new Map();

  return {
    read(
      references: readonly SecretReference[],
      stats: ReadonlyMap<string, number>,
      now: number,
    ): SecretStats {
      const rejected = new Set<string>();
      const ended = new Set<string>();
      const after = new Map<string, Stream>();
      for (const { name, source } of references) {
        const value = (what: string) => stats.get(`${statPrefix(name)}.${what}`) ?? 0;
        if (value('update_rejected') > 0) rejected.add(name);
        if (source !== 'sds') continue;
        const failed = value('update_failure');
        // It is up for a moment in each attempt.
        const known = streams.get(name);
        const isDown = value('control_plane.connected_state') !== 1 || failed > (known?.failed ?? failed);
        const downAt = isDown ? now : (known?.downAt ?? 0);
        after.set(name, { failed, downAt });
        if (now - downAt < ENDED_MS) ended.add(name);
      }
      streams = after;
      return { rejected, ended };
    },
  };
}

/** A secret's name as Envoy has it in statistics. */
function statPrefix(name: string): string {
  return `sds.${name.replaceAll(/:\/?\/?/g, '_')}`;
}
