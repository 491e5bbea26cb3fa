import type { Log } from '../../../common/log.ts';
import { createSemaphore } from '../../../common/limits/semaphore.ts';
import type { Authority, Certificate } from '../../translate/external-inputs.ts';
import { poll } from '../poll.ts';
import type { Start } from '../registry.ts';
import type { DiscoverySettings } from '../settings.ts';
import type { SourceName, Watch } from '../watch.ts';
import { createAcm } from './acm.ts';
import { makeCertificate, readAuthority, validityOf } from './certificate.ts';
import { followFolder, type FolderOptions } from './certificate-folder.ts';
import { keepValid } from './keep-valid.ts';
import { createPrivateCa } from './private-ca.ts';

/** Certificates and authorities by their ARN. */
export type CertificateSources = {
  readonly certificate: (arn: string) => Start<Certificate>;
  readonly authority: (arn: string) => Start<Authority>;
  readonly close: () => void;
};

type CertificateSourcesOptions = {
  readonly log: Log;
  readonly onPoll: (source: SourceName, outcome: 'answered' | 'failed') => void;
};

/** Concurrent calls to AWS. */
const AT_ONCE = 16;

/** Time between two polls of a certificate, in milliseconds: a renewed one is served well within App Mesh's 35 minutes. */
const CERTIFICATE_INTERVAL = 15 * 60 * 1000;

const CERTIFICATE_FILES = ['certificate.pem', 'key.pem'];
const AUTHORITY_FILES = ['certificate.pem'];

/** Creates ACM, AWS Private CA, and the folder that takes precedence over both. */
export function createCertificateSources(
  { endpoints, certificates: folder }: DiscoverySettings,
  { log, onPoll }: CertificateSourcesOptions,
): CertificateSources {
  const acm = createAcm(endpoints.acm);
  const privateCa = createPrivateCa(endpoints.privateCa);
  const toAws = createSemaphore(AT_ONCE);

  const fromAws =
    <T>(source: SourceName, arn: string, ask: (arn: string, signal: AbortSignal) => Promise<T>): Start<T> =>
    (onChange): Watch<T> =>
      poll({
        subject: arn,
        ask: (signal) => toAws(() => ask(arn, signal)),
        interval: CERTIFICATE_INTERVAL,
        onPoll: (outcome) => onPoll(source, outcome),
        onChange,
        log,
      });

  const folderFirst = <T>(
    arn: string,
    files: readonly string[],
    read: FolderOptions<T>['read'],
    elsewhere: Start<T>,
  ): Start<T> => {
    // The ARN is part of a path from here on.
    if (folder === undefined || !/^arn:[\w:/-]+$/.test(arn)) return elsewhere;
    const onReading = (outcome: 'answered' | 'failed') => onPoll('folder', outcome);
    const options = { folder, arn, files, read, elsewhere, onReading, log };
    return (onChange) => followFolder({ ...options, onChange });
  };

  return {
    certificate: (arn) =>
      keepValid<Certificate, Certificate>({
        subject: { arn },
        start: folderFirst(arn, CERTIFICATE_FILES, ownCertificate, fromAws('acm', arn, acm.certificate)),
        validityOf: ({ chain }) => validityOf(chain),
        answer: (value, isLastResort) => (isLastResort ? { ...value, isLastResort } : value),
        log,
      }),
    authority: (arn) =>
      keepValid({
        subject: { arn },
        start: folderFirst(
          arn,
          AUTHORITY_FILES,
          ownAuthority,
          fromAws('private-ca', arn, privateCa.authority),
        ),
        validityOf,
        answer: (pem, isLastResort) => (isLastResort ? { pem, isLastResort } : { pem }),
        log,
      }),
    close: () => acm.close(),
  };
}

function ownCertificate(where: string, [chain = '', privateKey = '']: readonly string[]): Certificate {
  return makeCertificate({ chain, privateKey, where });
}

function ownAuthority(where: string, [pem = '']: readonly string[]): string {
  return readAuthority(pem, where);
}
