import { experimental, ServerCredentials } from '@grpc/grpc-js';
import type { Followed } from '../../common/followed-files.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';

type Provider = experimental.CertificateProvider;
type Listener = experimental.IdentityCertificateUpdateListener;

/** How an ADS server shows who it is: plain text, or TLS with the certificate of the day. Streams that are there keep theirs. */
export function adsServerCredentials(tls: Followed<ServerCertificate> | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const stops = new Map<Listener, () => void>();
  const identity: Provider = {
    addIdentityCertificateListener: (listener) => {
      const tell = ({ cert, key }: ServerCertificate): void =>
        listener({ certificate: cert, privateKey: key });
      stops.set(listener, tls.onChange(tell));
      // Later, because the library asks for the certificate just before it listens to the answer.
      process.nextTick(() => tell(tls.current()));
    },
    removeIdentityCertificateListener: (listener) => {
      stops.get(listener)?.();
      stops.delete(listener);
    },
    addCaCertificateListener: () => undefined,
    removeCaCertificateListener: () => undefined,
  };
  return experimental.createCertificateProviderServerCredentials(identity, null, false);
}
