import { hostPort, isLoopback, type HostPort } from '../common/addresses/host-port.ts';
import { cidr, type Cidr } from '../common/addresses/ip-range.ts';
import { hostNames } from '../common/addresses/own-hosts.ts';
import type { Source } from '../common/files/source.ts';
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
import type { BucketSettings } from '../common/limits/token-bucket.ts';
import { connectionLimits, type ListenerLimits } from './connections/limits.ts';
import { readIdentitySettings, type IdentitySettings } from './identity/settings.ts';
import { readDiscoverySettings, type DiscoverySettings } from './discovery/settings.ts';
import { readCertificateSources, readSecretSource } from './secret-sources.ts';
import { readStoreLocation, type StoreLocation } from './store/location.ts';
import type { CertificateSources } from './tls/open-certificate.ts';
import { DEFAULT_SETTINGS, type TranslationSettings } from './translate/options.ts';

/** The settings of `daybreak controlplane`. Every flag is also a variable: `DAYBREAK_` and its name in capitals. */
export type ControlPlaneSettings = {
  /** The location of all durable data: a folder, which is created if it is missing, or a PostgreSQL database. */
  readonly store: StoreLocation;
  /** Start although the store has lost commits. */
  readonly acceptLoss: boolean;
  /** The address of the App Mesh API. Default 127.0.0.1:8080. */
  readonly api: HostPort;
  /** Whether the console is served under `/console/` of the API. Default: if the API is on loopback. */
  readonly console: boolean;
  /** Further host names that the API accepts. Default: none. */
  readonly apiHosts: readonly string[];
  /** The address of ADS. Default 127.0.0.1:18000. */
  readonly ads: HostPort;
  /** Users, keys and policies. Undefined: authentication is off. */
  readonly credentials: Source | undefined;
  /** Bearer tokens for proxies. Undefined: none. */
  readonly tokens: Source | undefined;
  /** The file of authorities for client certificates of proxies. Undefined: none. */
  readonly clientCa: string | undefined;
  readonly proxyQuotas: ProxyQuotas;
  /** The rate limit of new streams of proxies. Default: 1,000 per second, with bursts of 5,000. */
  readonly adsRateLimit: BucketSettings;
  /** The most concurrent connections. Default: 1,000 to the API and 20,000 to ADS. */
  readonly connections: ListenerLimits;
  /** The addresses of balancers that send PROXY protocol version 2 headers. Default: none. */
  readonly balancers: { readonly api: readonly Cidr[]; readonly ads: readonly Cidr[] };
  /** The maximum age of a connection to ADS, in seconds; undefined: no limit. Default: 3,600 with `--store`, else no limit. */
  readonly maxConnectionAge: number | undefined;
  /** The time limit of the drain of proxies at a stop, in seconds, 0 to 25. Default 5. */
  readonly drainSeconds: number;
  /** The certificate of both listeners. Undefined: plain text. */
  readonly tls: CertificateSources | undefined;
  /** The audit file for changes and denials. Undefined: none. */
  readonly audit: string | undefined;
  readonly quotas: Quotas;
  /** The rate limit of each caller. Undefined: none. */
  readonly rateLimit: BucketSettings | undefined;
  /** The account of every caller if authentication is off. Default 000000000000. */
  readonly account: string;
  /** The region in ARNs. Default us-east-1. */
  readonly region: string;
  readonly discovery: DiscoverySettings;
  /** The authority for certificates of proxies. Undefined: none. */
  readonly identity: IdentitySettings | undefined;
  /** The URL of a Prometheus server with Envoy's metrics, for figures of more than 15 minutes. Undefined: none. */
  readonly prometheus: string | undefined;
  /** How long a caller without mutual TLS counts, in seconds: 60 to 2,592,000. Default 86,400. */
  readonly plaintextWindow: number;
  /** The settings of every proxy's configuration. Default: headers of up to 96 KiB and 200 lines. */
  readonly translation: TranslationSettings;
  /** Listen beyond loopback without TLS or without authentication. */
  readonly insecure: boolean;
};

const account: Parser<string> = (value) =>
  /^\d{12}$/.test(value) ? { value } : { wanted: 'an AWS account id, twelve digits' };

const age: Parser<number | undefined> = (value) => {
  // A proxy gets deletions only after it has been connected for some seconds, so the age needs a minimum.
  const parsed = value === '0' ? { value: 0 } : integer(10, 604_800)(value);
  if ('wanted' in parsed) return { wanted: `${parsed.wanted}, in seconds, or 0 for no limit` };
  return { value: parsed.value === 0 ? undefined : parsed.value };
};

const prometheusUrl: Parser<string> = (value) =>
  URL.canParse(value) && /^https?:/.test(value)
    ? { value }
    : { wanted: 'the URL of a Prometheus server, e.g. http://127.0.0.1:9090' };

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
    const identity = readIdentitySettings(read, ownRegion ?? readAwsRegion(read));
    const api = read('--api', hostPort, { host: '127.0.0.1', port: 8080 });
    const settings: ControlPlaneSettings = {
      store,
      acceptLoss: read('--accept-loss', boolean, false),
      api,
      console: read('--console', boolean, isLoopback(api.host)),
      apiHosts: read('--api-host', hostNames, []),
      ads: read('--ads', hostPort, { host: '127.0.0.1', port: 18_000 }),
      credentials: readSecretSource(read, '--credentials'),
      tokens: readSecretSource(read, '--tokens'),
      clientCa: read('--client-ca', text, undefined),
      proxyQuotas: {
        proxies: read('--max-proxies', integer(1, 1_000_000), undefined),
        proxiesPerResource: read('--max-proxies-per-resource', integer(1, 1_000_000), undefined),
      },
      adsRateLimit: read('--ads-rate-limit', rateLimit, { rate: 1000, burst: 5000 }),
      connections: {
        api: read('--max-api-connections', connectionLimits, { all: 1000, strangers: 1000 }),
        ads: read('--max-ads-connections', connectionLimits, { all: 20_000, strangers: 20_000 }),
      },
      balancers: {
        api: read('--api-proxy-protocol', list(cidr), []),
        ads: read('--proxy-protocol', list(cidr), []),
      },
      maxConnectionAge: read('--max-connection-age', age, store.engine === 'postgres' ? 3600 : undefined),
      drainSeconds: read('--drain', integer(0, 25), 5),
      tls: readCertificateSources(read),
      audit: read('--audit', text, undefined),
      quotas: readQuotas(read),
      rateLimit: read('--rate-limit', rateLimit, undefined),
      account: read('--account', account, '000000000000'),
      region: ownRegion ?? 'us-east-1',
      discovery: readDiscoverySettings(read, store, ownRegion ?? readAwsRegion(read)),
      identity,
      prometheus: read.secret('--prometheus', prometheusUrl, undefined),
      plaintextWindow: read('--plaintext-window', integer(60, 2_592_000), 86_400),
      translation: readTranslationSettings(read, identity?.trustDomain),
      insecure: read('--insecure', boolean, false),
    };
    requireSafety(read, flags, settings);
    return settings;
  });
}

function readTranslationSettings(read: Reader, trustDomain: string | undefined): TranslationSettings {
  const { kib, lines } = DEFAULT_SETTINGS.headers;
  return {
    headers: {
      kib: read('--max-request-headers-kib', integer(1, 8192), kib),
      lines: read('--max-request-headers', integer(1, 10_000), lines),
    },
    ...(trustDomain === undefined ? {} : { trustDomain }),
  };
}

function readAwsRegion(read: Reader): string {
  return read('AWS_REGION', region, undefined) ?? read('AWS_DEFAULT_REGION', region, 'us-east-1');
}

// No listener is reachable beyond loopback without TLS and authentication, unless --insecure allows it.
function requireSafety(
  read: Reader,
  flags: Readonly<Record<string, string | undefined>>,
  { insecure, api, ads, credentials, tokens, clientCa, tls, identity }: ControlPlaneSettings,
): void {
  if (clientCa !== undefined && tls === undefined) {
    const wanted = 'client certificates need TLS: set --tls-cert and --tls-key';
    read.problem({ name: '--client-ca', got: clientCa, wanted });
  }
  if (identity !== undefined && tls === undefined) {
    const wanted = 'agents prove who they are over TLS only: set --tls-cert and --tls-key';
    read.problem({ name: '--trust-domain', got: identity.trustDomain, wanted });
  }
  if (identity !== undefined && identity.key === undefined && !insecure) {
    const wanted =
      'a file with 32 random bytes in base64, which seals the keys of the authority in the store; set --insecure to keep them in the clear';
    read.problem({ name: '--ca-key', got: undefined, wanted });
  }
  if (insecure) return;
  if (!isLoopback(api.host) && (credentials === undefined || tls === undefined)) {
    const wanted =
      'beyond loopback it needs --credentials, and --tls-cert with --tls-key; set --insecure if that network is trusted, or use a loopback address';
    read.problem({ name: '--api', got: flags['--api'], wanted });
  }
  const authentication = tokens ?? clientCa ?? credentials ?? identity;
  if (!isLoopback(ads.host) && (authentication === undefined || tls === undefined)) {
    const wanted =
      'beyond loopback it needs --tls-cert with --tls-key, and --tokens, --client-ca, --credentials or --trust-domain; set --insecure if that network is trusted, or use a loopback address';
    read.problem({ name: '--ads', got: flags['--ads'], wanted });
  }
}
