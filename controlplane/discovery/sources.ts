import type { Log } from '../../common/log.ts';
import type { NameAddresses } from '../../common/addresses/seen-addresses.ts';
import type { Authority, Certificate, ExternalInputs, Instance } from '../translate/external-inputs.ts';
import { createCloudMap } from './cloud-map.ts';
import { createCertificateSources } from './certificates/certificate-sources.ts';
import type { SourceName } from './watch.ts';
import { createSemaphore } from '../../common/limits/semaphore.ts';
import { createHostNames } from './host-names.ts';
import type { AnswerCache } from './cache.ts';
import { poll } from './poll.ts';
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

/** Concurrent calls to Cloud Map. */
const AT_ONCE = 16;

/** Creates AWS Cloud Map, ACM, AWS Private CA, the folder that takes precedence over the latter two, and the host's resolver. */
export function createSources(settings: DiscoverySettings, { cache, log, onPoll }: SourcesOptions): Sources {
  const cloudMap = createCloudMap(settings.region, settings.endpoints.cloudMap);
  const certificates = createCertificateSources(settings, { log, onPoll });
  const hostNames = createHostNames(log);
  const toCloudMap = createSemaphore(AT_ONCE);

  const instances = (key: string, namespace: string, service: string): Start<readonly Instance[]> => {
    return (onChange) =>
      poll({
        subject: key,
        ask: (signal) => toCloudMap(() => cloudMap.instances(namespace, service, signal)),
        interval: settings.cloudMapInterval,
        cached: cache.get(key),
        onAnswer: (answer) => cache.put(key, answer),
        onPoll: (outcome) => onPoll('cloud-map', outcome),
        onChange,
        log,
      });
  };

  return {
    found: (lookup) => ({
      instances: (namespace, service) => {
        // Either name may contain a slash.
        const key = `awsCloudMap/${JSON.stringify([namespace, service])}`;
        return lookup.instances(key, instances(key, namespace, service));
      },
      certificate: (arn) => lookup.certificates(arn, certificates.certificate(arn)),
      authority: (arn) => lookup.authorities(arn, certificates.authority(arn)),
      addresses: (name) => lookup.addresses(`dns/${name}`, hostNames.start(name)),
    }),
    close: () => {
      cloudMap.close();
      certificates.close();
      hostNames.close();
    },
  };
}
