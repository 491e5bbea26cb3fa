import { experimental, ServerCredentials } from '@grpc/grpc-js';
import type { Followed } from '../../common/followed-files.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import type { ClientCa } from './client-ca.ts';

type Provider = experimental.CertificateProvider;

/** What an ADS server shows, and whose certificates it asks for. */
export type AdsTls = {
  readonly certificate: Followed<ServerCertificate>;
  /** A client without a certificate, or with one that these did not issue, may come in, and is then not known by it. */
  readonly clientCa: Followed<ClientCa> | undefined;
};

/** How an ADS server shows who it is: plain text, or TLS with the certificate of the day. Streams that are there keep theirs. */
export function adsServerCredentials(tls: AdsTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { certificate, clientCa } = tls;
  const provider: Provider = {
    ...listeners(
      certificate,
      ({ cert, key }) => ({ certificate: cert, privateKey: key }),
      (add, remove) => ({ addIdentityCertificateListener: add, removeIdentityCertificateListener: remove }),
    ),
    ...(clientCa === undefined
      ? { addCaCertificateListener: () => undefined, removeCaCertificateListener: () => undefined }
      : listeners(
          clientCa,
          ({ pem }) => ({ caCertificate: pem }),
          (add, remove) => ({ addCaCertificateListener: add, removeCaCertificateListener: remove }),
        )),
  };
  return experimental.createCertificateProviderServerCredentials(
    provider,
    clientCa === undefined ? null : provider,
    false,
  );
}

type Listener<U> = (update: U | null) => void;

/** Tells listeners of a file's content what it is, and what it becomes. */
function listeners<T, U, M>(
  followed: Followed<T>,
  form: (value: T) => U,
  methods: (add: (listener: Listener<U>) => void, remove: (listener: Listener<U>) => void) => M,
): M {
  const stops = new Map<Listener<U>, () => void>();
  return methods(
    (listener) => {
      const tell = (value: T): void => listener(form(value));
      stops.set(listener, followed.onChange(tell));
      // Later, because the library asks for the certificate just before it listens to the answer.
      process.nextTick(() => tell(followed.current()));
    },
    (listener) => {
      stops.get(listener)?.();
      stops.delete(listener);
    },
  );
}
