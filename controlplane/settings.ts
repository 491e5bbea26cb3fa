import { hostPort, isLoopback, type HostPort } from '../common/host-port.ts';
import { cidr, type Cidr } from '../common/ip-range.ts';
import { hostNames } from '../common/own-hosts.ts';
import {
  boolean,
  compileSettings,
  integer,
  list,
  text,
  type Parser,
  type Reader,
} from '../common/settings.ts';
import type { ProxyQuotas } from './ads/access/proxy-quotas.ts';
import { readQuotas } from './api/checks/quota-settings.ts';
import type { Quotas } from './api/checks/quotas.ts';
import { rateLimit } from './http/rate-limit.ts';
import type { BucketSettings } from '../common/token-bucket.ts';
import { connectionLimits, type ListenerLimits } from './connections/limits.ts';
import { readDiscoverySettings, type DiscoverySettings } from './discovery/settings.ts';
import { readStoreLocation, type StoreLocation } from './store/location.ts';
import type { CertificateFiles } from './tls/open-certificate.ts';
import { DEFAULT_SETTINGS, type TranslationSettings } from './translate/options.ts';

/** What `daybreak controlplane` is told. Every flag is also `DAYBREAK_` and its name in capitals. */
export type ControlPlaneSettings = {
  /** Where all is kept that must last: a folder, created when it is not there, or a PostgreSQL database. */
  readonly store: StoreLocation;
  /** Start with what the store has, although it has lost something. */
  readonly acceptLoss: boolean;
  /** Where the App Mesh API listens. Default 127.0.0.1:8080. */
  readonly api: HostPort;
  /** Further names by which the API is called. Default: none. */
  readonly apiHosts: readonly string[];
  /** Where proxies connect. Default 127.0.0.1:18000. */
  readonly ads: HostPort;
  /** The file of users, keys and policies. Undefined: nobody is asked who he is. */
  readonly credentials: string | undefined;
  /** The file of bearer tokens that proxies may show. Undefined: none. */
  readonly tokens: string | undefined;
  /** The authorities whose client certificates proxies may show. Undefined: none. */
  readonly clientCa: string | undefined;
  readonly proxyQuotas: ProxyQuotas;
  /** New streams of proxies. Default: 1,000 a second, 5,000 at once. */
  readonly adsRateLimit: BucketSettings;
  /** How many connections there may be. Default: 1,000 to the API and 20,000 to ADS, a quarter of them of strangers. */
  readonly connections: ListenerLimits;
  /** Where balancers are whose connections begin with a header of PROXY protocol version 2. Default: nowhere. */
  readonly balancers: { readonly api: readonly Cidr[]; readonly ads: readonly Cidr[] };
  /** How old a connection to ADS may become, in seconds; undefined: as old as it likes. Default: with `--store` 3,600. */
  readonly maxConnectionAge: number | undefined;
  /** The longest time to let proxies go in when it stops, in seconds, 0 to 25. Default 5. */
  readonly drainSeconds: number;
  /** The certificate of both listeners. Undefined: plain text. */
  readonly tls: CertificateFiles | undefined;
  /** The file that changes and denials are written to. Undefined: none. */
  readonly audit: string | undefined;
  readonly quotas: Quotas;
  /** Undefined: none. */
  readonly rateLimit: BucketSettings | undefined;
  /** The account that everyone acts for where nobody is asked. Default 000000000000. */
  readonly account: string;
  /** The region in ARNs. Default us-east-1. */
  readonly region: string;
  readonly discovery: DiscoverySettings;
  /** What all proxies are given. Default: headers of 96 KiB and 200 lines. */
  readonly translation: TranslationSettings;
  /** Listen beyond loopback without TLS, or without asking who calls. */
  readonly insecure: boolean;
};

const account: Parser<string> = (value) =>
  /^\d{12}$/.test(value) ? { value } : { wanted: 'an AWS account id, twelve digits' };

const age: Parser<number | undefined> = (value) => {
  // What a proxy no longer needs is taken away once it has been connected for some seconds.
  const parsed = value === '0' ? { value: 0 } : integer(10, 604_800)(value);
  if ('wanted' in parsed)
    return { wanted: `${parsed.wanted}, in seconds, or 0: connections may become as old as they like` };
  return { value: parsed.value === 0 ? undefined : parsed.value };
};

const region: Parser<string> = (value) =>
  /^[a-z0-9-]{1,64}$/.test(value) ? { value } : { wanted: 'a region, e.g. us-east-1' };

/**
 * Compiles flags, given by name with their dashes (`--data`), and AWS's own variables into settings.
 * @throws SettingsError that lists every problem.
 */
export function compileControlPlaneSettings(
  flags: Readonly<Record<string, string | undefined>>,
): ControlPlaneSettings {
  return compileSettings(flags, (read) => {
    const store = readStoreLocation(read);
    const ownRegion = read('--region', region, undefined);
    const settings: ControlPlaneSettings = {
      store,
      acceptLoss: read('--accept-loss', boolean, false),
      api: read('--api', hostPort, { host: '127.0.0.1', port: 8080 }),
      apiHosts: read('--api-host', hostNames, []),
      ads: read('--ads', hostPort, { host: '127.0.0.1', port: 18_000 }),
      credentials: read('--credentials', text, undefined),
      tokens: read('--tokens', text, undefined),
      clientCa: read('--client-ca', text, undefined),
      proxyQuotas: {
        proxies: read('--max-proxies', integer(1, 1_000_000), undefined),
        proxiesPerResource: read('--max-proxies-per-resource', integer(1, 1_000_000), undefined),
      },
      adsRateLimit: read('--ads-rate-limit', rateLimit, { rate: 1000, burst: 5000 }),
      connections: {
        api: read('--max-api-connections', connectionLimits, { all: 1000, strangers: 250 }),
        ads: read('--max-ads-connections', connectionLimits, { all: 20_000, strangers: 5000 }),
      },
      balancers: {
        api: read('--api-proxy-protocol', list(cidr), []),
        ads: read('--proxy-protocol', list(cidr), []),
      },
      maxConnectionAge: read('--max-connection-age', age, store.engine === 'postgres' ? 3600 : undefined),
      drainSeconds: read('--drain', integer(0, 25), 5),
      tls: readCertificateFiles(read),
      audit: read('--audit', text, undefined),
      quotas: readQuotas(read),
      rateLimit: read('--rate-limit', rateLimit, undefined),
      account: read('--account', account, '000000000000'),
      region: ownRegion ?? 'us-east-1',
      discovery: readDiscoverySettings(read, store, ownRegion ?? readAwsRegion(read)),
      translation: readTranslationSettings(read),
      insecure: read('--insecure', boolean, false),
    };
    requireSafety(read, flags, settings);
    return settings;
  });
}

function readTranslationSettings(read: Reader): TranslationSettings {
  const { kib, lines } = DEFAULT_SETTINGS.headers;
  return {
    headers: {
      kib: read('--max-request-headers-kib', integer(1, 8192), kib),
      lines: read('--max-request-headers', integer(1, 10_000), lines),
    },
  };
}

function readAwsRegion(read: Reader): string {
  return read('AWS_REGION', region, undefined) ?? read('AWS_DEFAULT_REGION', region, 'us-east-1');
}

function readCertificateFiles(read: Reader): CertificateFiles | undefined {
  const cert = read('--tls-cert', text, '');
  const key = read('--tls-key', text, '');
  if (cert !== '' && key !== '') return { cert, key };
  if (cert !== '')
    read.problem({ name: '--tls-key', got: undefined, wanted: 'the key of the certificate in --tls-cert' });
  if (key !== '')
    read.problem({ name: '--tls-cert', got: undefined, wanted: 'the certificate of the key in --tls-key' });
  return undefined;
}

// Nothing of ours listens beyond loopback without TLS and authentication unless --insecure says so.
function requireSafety(
  read: Reader,
  flags: Readonly<Record<string, string | undefined>>,
  { insecure, api, ads, credentials, tokens, clientCa, tls }: ControlPlaneSettings,
): void {
  if (clientCa !== undefined && tls === undefined) {
    const wanted = 'client certificates are shown over TLS only: it needs --tls-cert and --tls-key';
    read.problem({ name: '--client-ca', got: clientCa, wanted });
  }
  if (insecure) return;
  if (!isLoopback(api.host) && (credentials === undefined || tls === undefined)) {
    const wanted =
      'beyond loopback it needs --credentials, and --tls-cert with --tls-key; say --insecure if that network is trusted, or use a loopback address';
    read.problem({ name: '--api', got: flags['--api'], wanted });
  }
  const asks = tokens ?? clientCa ?? credentials;
  if (!isLoopback(ads.host) && (asks === undefined || tls === undefined)) {
    const wanted =
      'beyond loopback it needs --tls-cert with --tls-key, and --tokens, --client-ca or --credentials; say --insecure if that network is trusted, or use a loopback address';
    read.problem({ name: '--ads', got: flags['--ads'], wanted });
  }
}
