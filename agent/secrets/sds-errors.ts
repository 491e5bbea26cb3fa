import { SDS_CLUSTER } from '../../common/contracts/bootstrap-clusters.ts';

/** Errors of the secret server (`APPMESH_SDS_SOCKET_PATH`), which appear only in Envoy's log. */
export type SdsErrors = {
  /** Reads a chunk of Envoy's log. */
  read(log: Buffer): void;
  /** Returns the newest error of the last 10 s that names the secret, or else the newest of any. */
  about(name: string): string | undefined;
};

const MOST_KEPT = 16;
/** Longer than Envoy waits between two attempts. */
const KEPT_MS = 10_000;
const MARK = 'gRPC config stream to ';
/** The line may end with Envoy's own details in braces. */
const CLOSED = new RegExp(
  `${MARK}${SDS_CLUSTER} closed(?: since \\d+s ago)?: (\\d+), (.*?)(?:\\{[^"]*\\})?$`,
);

/** Creates a record without errors. `now`: milliseconds of a monotonic clock; for tests. */
export function createSdsErrors(now = () => performance.now()): SdsErrors {
  let errors: readonly { readonly message: string; readonly at: number }[] = [];
  return {
    read(log) {
      if (!log.includes(MARK)) return;
      for (const line of log.toString().split('\n')) {
        const [found, code = '', message = ''] = CLOSED.exec(messageOf(line)) ?? [];
        if (found === undefined) continue;
        errors = [{ message: `${message} (code ${code})`, at: now() }, ...errors].slice(0, MOST_KEPT);
      }
    },
    about(name) {
      const recent = errors.filter(({ at }) => now() - at < KEPT_MS);
      return (recent.find(({ message }) => message.includes(name)) ?? recent[0])?.message;
    },
  };
}

/** Returns the message of a JSON line, or a text line as it is. */
function messageOf(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    return (JSON.parse(line) as { readonly msg?: string }).msg ?? '';
  } catch {
    return '';
  }
}
