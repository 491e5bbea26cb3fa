import { createSecureContext } from 'node:tls';
import { followFiles } from '../../../common/files/followed-files.ts';
import type { Log } from '../../../common/log.ts';
import type { Outcome } from '../queue/parcel.ts';
import type { OtlpSettings } from '../settings/otlp-settings.ts';

/** Sends the encoded requests of one signal. */
export type Sender = {
  readonly send: (bytes: Uint8Array, signal: AbortSignal) => Promise<Outcome>;
  readonly close: () => void;
};

/** The PEM texts of a sender. */
export type SenderTls = {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

/**
 * Returns a sender that `make` makes, and another one before the next request after the files of its certificates have changed. If their
 * new content cannot be used, the previous sender stays, and the log says why. `what` is their name in the log.
 * @throws Error if a file cannot be read
 */
export async function followSender(
  { caFile, certFile, keyFile }: OtlpSettings,
  what: string,
  make: (tls: SenderTls) => Sender,
  log: Log,
): Promise<Sender> {
  const named = Object.entries({ ca: caFile, cert: certFile, key: keyFile });
  const files = named.flatMap(([name, file]) => (file === undefined ? [] : [{ name, file }]));
  if (files.length === 0) return make({});
  let isFirst = true;
  const followed = await followFiles<SenderTls>({
    what,
    files: files.map(({ file }) => file),
    read(...contents) {
      const tls = Object.fromEntries(files.map(({ name }, index) => [name, contents[index]?.toString()]));
      // At the start, the first request shows a problem, and a corrected file helps.
      if (!isFirst) createSecureContext(tls);
      isFirst = false;
      return tls;
    },
    log,
  });
  let used = followed.current();
  let sender = make(used);
  return {
    async send(bytes, signal) {
      if (followed.current() !== used) {
        sender.close();
        used = followed.current();
        sender = make(used);
      }
      return sender.send(bytes, signal);
    },
    close() {
      followed.close();
      sender.close();
    },
  };
}
