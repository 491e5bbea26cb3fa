import type { Log } from '../../common/log.ts';
import type { NameAddresses } from '../../common/addresses/seen-addresses.ts';
import type { Authority, Certificate, ExternalInputs, Instance } from '../translate/external-inputs.ts';
import { createAcm } from './certificates/acm.ts';
import { makeCertificate, readAuthority, validityOf } from './certificates/certificate.ts';
import { followFolder, type FolderOptions } from './certificates/certificate-folder.ts';
import { createCloudMap } from './cloud-map.ts';
import type { SourceName, Watch } from './watch.ts';
import { createSemaphore } from '../../common/limits/semaphore.ts';
import { createHostNames } from './host-names.ts';
import { keepValid } from './certificates/keep-valid.ts';
import type { AnswerCache } from './cache.ts';
import { poll } from './poll.ts';
import { createPrivateCa } from './certificates/private-ca.ts';
import type { Start } from './registry.ts';
import type { DiscoverySettings } from './settings.ts';

/** All sources together. */
export type Sources = {
  /** Returns the external inputs of translate. `lookup` finds or starts the watch on each key. */
  readonly found: (lookup: Lookup) => ExternalInputs;
  readonly close: () => void;
};

/** Finds the watch on a key, or starts one, and returns its last known value. */
export type Lookup = {
  readonly instances: Find<readonly Instance[]>;
  readonly certificates: Find<Certificate>;
  readonly authorities: Find<Authority>;
  readonly addresses: Find<NameAddresses>;
};

type Find<T> = (key: string, start: Start<T>) => T | undefined;

type SourcesOptions = {
  readonly cache: AnswerCache;
  readonly log: Log;
  readonly onPoll: (source: SourceName, outcome: 'answered' | 'failed') => void;
};

/** Concurrent calls to AWS, for Cloud Map and for certificates each. */
const AT_ONCE = 16;

/** Time between two polls of a certificate, in milliseconds: a renewed one is served well within App Mesh's 35 minutes. */
const CERTIFICATE_INTERVAL = 15 * 60 * 1000;

/** Creates AWS Cloud Map, ACM, AWS Private CA, the folder that takes precedence over the latter two, and the host's resolver. */
export function createSources(settings: DiscoverySettings, { cache, log, onPoll }: SourcesOptions): Sources {
  const { endpoints, certificates: folder } = settings;
  const cloudMap = createCloudMap(settings.region, endpoints.cloudMap);
  const acm = createAcm(endpoints.acm);
  const privateCa = createPrivateCa(endpoints.privateCa);
  const hostNames = createHostNames(log);
  const toCloudMap = createSemaphore(AT_ONCE);
  const toCertificates = createSemaphore(AT_ONCE);
  const counted = (source: SourceName) => (outcome: 'answered' | 'failed') => onPoll(source, outcome);

  const instances = (key: string, namespace: string, service: string): Start<readonly Instance[]> => {
    return (onChange) =>
      poll({
        subject: key,
        ask: (signal) => toCloudMap(() => cloudMap.instances(namespace, service, signal)),
        interval: settings.cloudMapInterval,
        cached: cache.get(key),
        onAnswer: (answer) => cache.put(key, answer),
        onPoll: counted('cloud-map'),
        onChange,
        log,
      });
  };

  const fromAws =
    <T>(source: SourceName, arn: string, ask: (arn: string, signal: AbortSignal) => Promise<T>): Start<T> =>
    (onChange): Watch<T> =>
      poll({
        subject: arn,
        ask: (signal) => toCertificates(() => ask(arn, signal)),
        interval: CERTIFICATE_INTERVAL,
        onPoll: counted(source),
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
    const options = { folder, arn, files, read, elsewhere, onReading: counted('folder'), log };
    return (onChange) => followFolder({ ...options, onChange });
  };

  const certificate = (arn: string): Start<Certificate> =>
    keepValid<Certificate, Certificate>({
      subject: { arn },
      start: folderFirst(arn, CERTIFICATE_FILES, ownCertificate, fromAws('acm', arn, acm.certificate)),
      validityOf: ({ chain }) => validityOf(chain),
      answer: (value, isLastResort) => (isLastResort ? { ...value, isLastResort } : value),
      log,
    });

  const authority = (arn: string): Start<Authority> =>
    keepValid({
      subject: { arn },
      start: folderFirst(arn, AUTHORITY_FILES, ownAuthority, fromAws('private-ca', arn, privateCa.authority)),
      validityOf,
      answer: (pem, isLastResort) => (isLastResort ? { pem, isLastResort } : { pem }),
      log,
    });

  return {
    found: (lookup) => ({
      instances: (namespace, service) => {
        // Either name may contain a slash.
        const key = `awsCloudMap/${JSON.stringify([namespace, service])}`;
        return lookup.instances(key, instances(key, namespace, service));
      },
      certificate: (arn) => lookup.certificates(arn, certificate(arn)),
      authority: (arn) => lookup.authorities(arn, authority(arn)),
      addresses: (name) => lookup.addresses(`dns/${name}`, hostNames.start(name)),
    }),
    close: () => {
      cloudMap.close();
      acm.close();
      hostNames.close();
    },
  };
}

const CERTIFICATE_FILES = ['certificate.pem', 'key.pem'];
const AUTHORITY_FILES = ['certificate.pem'];

function ownCertificate(where: string, [chain = '', privateKey = '']: readonly string[]): Certificate {
  return makeCertificate({ chain, privateKey, where });
}

function ownAuthority(where: string, [pem = '']: readonly string[]): string {
  return readAuthority(pem, where);
}
