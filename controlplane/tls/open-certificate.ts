import { followFiles, type Followed } from '../../common/followed-files.ts';
import type { Log } from '../../common/log.ts';
import { readServerCertificate, type ServerCertificate } from './server-certificate.ts';

/** Where a server's certificate with its chain is, and where its key, both PEM. */
export type CertificateFiles = { readonly cert: string; readonly key: string };

/** From when on the log warns that a certificate ends, in milliseconds: a week. */
const SOON = 7 * 24 * 60 * 60 * 1000;

/**
 * Reads a server's certificate, and reads it again whenever it is renewed.
 * @throws CertificateError, or that of the file system, where the files cannot be used
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
  const tellDates = (certificate: ServerCertificate): void => sayWhenValid(certificate, files, log);
  tellDates(followed.current());
  followed.onChange(tellDates);
  return followed;
}

function sayWhenValid(
  { notBefore, notAfter }: ServerCertificate,
  { cert }: CertificateFiles,
  log: Log,
): void {
  const now = Date.now();
  const dates = {
    file: cert,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
  };
  if (now > notAfter) log.error(dates, 'the certificate has expired: clients will refuse it');
  else if (now < notBefore) log.error(dates, 'the certificate is not valid yet: clients will refuse it');
  else if (now > notAfter - SOON) log.warn(dates, 'the certificate expires soon');
  else log.info(dates, 'the certificate is in force');
}
