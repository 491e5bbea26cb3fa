import type { Followed } from '../../common/files/followed-files.ts';
import { followSources } from '../../common/files/followed-sources.ts';
import { sourceName, type Source } from '../../common/files/source.ts';
import type { Log } from '../../common/log.ts';
import { warnIfReadable } from '../warn-if-readable.ts';
import { keepValid } from '../discovery/certificates/keep-valid.ts';
import { readServerCertificate, type ServerCertificate } from './server-certificate.ts';

/** The sources of a server's certificate with its chain, and of its key, both PEM. */
export type CertificateSources = { readonly cert: Source; readonly key: Source };

/**
 * Reads a server's certificate, and reads it again after each renewal. A new certificate that has expired or is not valid yet
 * does not replace a valid one; this is logged, and so is an approaching expiry.
 * @throws CertificateError if they are invalid, or the file system's error
 */
export async function openCertificate(
  sources: CertificateSources,
  log: Log,
  onReading: (outcome: 'read' | 'refused') => void,
): Promise<Followed<ServerCertificate>> {
  const names = { cert: sourceName(sources.cert), key: sourceName(sources.key) };
  const followed = await followSources({
    what: 'certificate',
    sources: [sources.cert, sources.key],
    read: (cert = Buffer.alloc(0), key = Buffer.alloc(0)) => readServerCertificate(names, cert, key),
    log,
    onReading,
  });
  await warnIfReadable(sources.key, 'the private key of --tls-key', log);
  const first = followed.current();
  const listeners = new Set<(certificate: ServerCertificate) => void>();
  const kept = keepValid<ServerCertificate, ServerCertificate>({
    subject: { file: names.cert },
    start: (onChange) => {
      followed.onChange(onChange);
      return {
        current: followed.current,
        settled: () => true,
        trouble: () => undefined,
        answeredAt: () => undefined,
        close: followed.close,
      };
    },
    validityOf: (certificate) => certificate,
    answer: (certificate) => certificate,
    log,
  })(() => {
    for (const listener of listeners) listener(current());
  });
  const current = (): ServerCertificate => kept.current() ?? first;
  return {
    current,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      kept.close();
      listeners.clear();
    },
  };
}
