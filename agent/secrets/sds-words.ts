import { SDS_CLUSTER } from '../../common/contracts/bootstrap-clusters.ts';

/** What the server behind the socket for secrets answers, which nobody but Envoy's log tells. */
export type SdsWords = {
  /** Takes a piece of Envoy's log. */
  hear(log: Buffer): void;
  /** The newest answer of the last seconds: one that names the secret, or else any. */
  about(name: string, now: number): string | undefined;
};

const MOST_KEPT = 16;
/** Longer than Envoy waits between two attempts. */
const KEPT_MS = 10_000;
const MARK = 'gRPC config stream to ';
/** At the end may stand Envoy's own details in braces. */
const CLOSED = new RegExp(
  `${MARK}${SDS_CLUSTER} closed(?: since \\d+s ago)?: (\\d+), (.*?)(?:\\{[^"]*\\})?$`,
  'gm',
);

/** Starts with nothing heard. */
export function createSdsWords(): SdsWords {
  let heard: readonly { readonly words: string; readonly at: number }[] = [];
  return {
    hear(log) {
      if (!log.includes(MARK)) return;
      for (const [, code = '', words = ''] of log.toString().matchAll(CLOSED)) {
        heard = [{ words: `${words} (code ${code})`, at: Date.now() }, ...heard].slice(0, MOST_KEPT);
      }
    },
    about(name, now) {
      const recent = heard.filter(({ at }) => now - at < KEPT_MS);
      return (recent.find(({ words }) => words.includes(name)) ?? recent[0])?.words;
    },
  };
}
