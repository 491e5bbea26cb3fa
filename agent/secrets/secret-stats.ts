import type { SecretReference } from './secret-references.ts';

/** Regular expression (RE2) that matches the statistics to read. */
export const SECRET_STATS = String.raw`^sds\..*\.(update_(rejected|failure)|control_plane\.connected_state)$`;

/** Names of secrets with a problem, according to one Envoy's statistics. */
export type SecretStats = {
  /** Secrets of which Envoy has ever rejected a version. */
  readonly rejected: ReadonlySet<string>;
  /** Secrets of the secret server (`sds`) whose streams are down. */
  readonly ended: ReadonlySet<string>;
};

/** Longer than Envoy waits between two attempts to reach the secret server, in milliseconds. */
const ENDED_MS = 3000;

/** The stream of one secret: failed attempts, and when it was last down, by a monotonic clock in milliseconds. */
type Stream = { readonly failed: number; readonly downAt: number };

/** Creates a reader for the statistics of one Envoy, from its start. */
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
        // Each attempt is connected for a moment, so a grown failure counter means down too.
        const known = streams.get(name);
        const isDown = value('control_plane.connected_state') !== 1 || failed > (known?.failed ?? failed);
        const downAt = isDown ? now : (known?.downAt ?? -Infinity);
        after.set(name, { failed, downAt });
        if (now - downAt < ENDED_MS) ended.add(name);
      }
      streams = after;
      return { rejected, ended };
    },
  };
}

/** Returns the prefix of a secret's statistics. Envoy replaces colons, with up to two slashes, by `_`. */
function statPrefix(name: string): string {
  return `sds.${name.replaceAll(/:\/?\/?/g, '_')}`;
}
