import { followFiles, type Followed } from '../../common/files/followed-files.ts';
import type { Log } from '../../common/log.ts';
import { keepValid } from '../discovery/certificates/keep-valid.ts';
import { readServerCertificate, type ServerCertificate } from './server-certificate.ts';

/** The files of a server's certificate with its chain, and of its key, both PEM. */
export type CertificateFiles = { readonly cert: string; readonly key: string };

/**
 * Reads a server's certificate, and reads it again after each renewal. A new certificate that has expired or is not valid yet
 * does not replace a valid one; this is logged, and so is an approaching expiry.
 * @throws CertificateError if the files are invalid, or the file system's error
 */
export async function openCertificate(
  files: CertificateFiles,
  log: Log,
  onReading: (outcome: 'read' | 'refused') => void,
): Promise<Followed<ServerCertificate>> {
  const followed = await followFiles({
    what: 'certificate',
    files: [files.cert, files.key],
    read: (cert = Buffer.alloc(0), key = Buffer.alloc(0)) => readServerCertificate(files, cert, key),
    log,
    onReading,
  });
  const first = followed.current();
  const listeners = new Set<(certificate: ServerCertificate) => void>();
  const kept = keepValid<ServerCertificate, ServerCertificate>({
    subject: { file: files.cert },
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
