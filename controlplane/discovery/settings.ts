import { join } from 'node:path';
import { integer, text, type Parser, type Reader } from '../../common/settings.ts';
import type { StoreLocation } from '../store/location.ts';

/** Settings of the lookups outside the model. */
export type DiscoverySettings = {
  /** The region of Cloud Map: `--region`, else AWS_REGION, else AWS_DEFAULT_REGION. Default us-east-1. ARNs of certificates name their own. */
  readonly region: string;
  /** The time between two polls of a Cloud Map service, in milliseconds. Default 5,000. */
  readonly cloudMapInterval: number;
  /** The file of Cloud Map's last answers, for a start while AWS is unreachable. Undefined: no file is kept. */
  readonly cloudMapCache: string | undefined;
  /** The folder of certificates by ARN, which takes precedence over AWS. Undefined: none. */
  readonly certificates: string | undefined;
  readonly endpoints: AwsEndpoints;
};

/** URLs that replace AWS's own, from the SDKs' variables. */
export type AwsEndpoints = {
  readonly cloudMap: string | undefined;
  readonly acm: string | undefined;
  readonly privateCa: string | undefined;
};

/** The variables of AWS's SDKs that the control plane reads; the SDK finds its credentials itself. */
export const AWS_VARIABLES = [
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_SERVICEDISCOVERY',
  'AWS_ENDPOINT_URL_ACM',
  'AWS_ENDPOINT_URL_ACM_PCA',
  'AWS_ENDPOINT_URL_KMS',
  'AWS_ENDPOINT_URL_IAM',
] as const;

const url: Parser<string> = (value) =>
  URL.canParse(value) && /^https?:/.test(value)
    ? { value }
    : { wanted: 'a URL, e.g. https://vpce-1.acm.us-east-1.vpce.amazonaws.com' };

/** Reads the settings of discovery, from flags and AWS's own variables. */
export function readDiscoverySettings(read: Reader, store: StoreLocation, region: string): DiscoverySettings {
  const everywhere = read('AWS_ENDPOINT_URL', url, undefined);
  const cache = store.engine === 'sqlite' ? join(store.folder, 'cloud-map.json') : undefined;
  return {
    region,
    cloudMapInterval: read('--cloud-map-interval', integer(1, 3600), 5) * 1000,
    cloudMapCache: read('--cloud-map-cache', text, cache),
    certificates: read('--certificates', text, undefined),
    endpoints: {
      cloudMap: read('AWS_ENDPOINT_URL_SERVICEDISCOVERY', url, everywhere),
      acm: read('AWS_ENDPOINT_URL_ACM', url, everywhere),
      privateCa: read('AWS_ENDPOINT_URL_ACM_PCA', url, everywhere),
    },
  };
}
