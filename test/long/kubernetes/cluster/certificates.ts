import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** Files of a cluster's authority and of the certificates that it signed. */
export type Certificates = {
  readonly ca: string;
  readonly path: (file: string) => string;
};

const DAYS = ['-days', '2'];
const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes'];

/** Makes an authority, a certificate of the API server for `address`, one of an administrator, and the key of service accounts, by openssl. */
export async function makeCertificates(folder: string, address: string): Promise<Certificates> {
  const path = (file: string): string => join(folder, file);
  const openssl = (...args: readonly string[]) => execa('openssl', args, { cwd: folder });
  await openssl(
    'req',
    '-x509',
    ...NEW_KEY,
    ...DAYS,
    '-subj',
    '/CN=kubernetes',
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
  );
  const issue = async (name: string, subject: string, extension: string): Promise<void> => {
    writeFileSync(path(`${name}.txt`), extension);
    await openssl('req', ...NEW_KEY, '-subj', subject, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', ...DAYS];
    await openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...by,
      '-extfile',
      `${name}.txt`,
      '-out',
      `${name}.pem`,
    );
  };
  const names = `subjectAltName=DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.100.0.1,IP:${address}\n`;
  await issue('server', '/CN=kube-apiserver', names);
  await issue('admin', '/O=system:masters/CN=admin', 'extendedKeyUsage=clientAuth\n');
  await openssl('genrsa', '-out', 'accounts-key.pem', '2048');
  return { ca: path('ca.pem'), path };
}
