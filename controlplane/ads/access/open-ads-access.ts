import { coded } from '../../codes.ts';
import type { Followed } from '../../../common/files/followed-files.ts';
import { followSources } from '../../../common/files/followed-sources.ts';
import { fileSource, sourceName, type Source } from '../../../common/files/source.ts';
import type { Log } from '../../../common/log.ts';
import type { Access } from '../../auth/open-access.ts';
import { createTokenBucket, type BucketSettings } from '../../../common/limits/token-bucket.ts';
import { boundedWarnings } from '../../bounded-warnings.ts';
import { createAdmission, type Admission } from './admission.ts';
import { readClientCa, type ClientCa } from './client-ca.ts';
import type { Identity } from '../identity.ts';
import type { Trust } from '../../identity/authority/chain.ts';
import { countProxies, type ProxyQuotas } from './proxy-quotas.ts';
import type { RefusalReason } from './refusal-reason.ts';
import { readTokens, type Tokens } from './tokens.ts';

/** The files with the credentials of proxies, and the limits of connections. */
export type AdsAccessSettings = {
  /** Undefined: no tokens. */
  readonly tokens: Source | undefined;
  /** The path of a file. Undefined: no client certificates. */
  readonly clientCa: string | undefined;
  readonly proxyQuotas: ProxyQuotas;
  readonly adsRateLimit: BucketSettings;
  readonly region: string;
};

/** Other dependencies of admission. */
export type AdsAccessWorld = {
  readonly signers: Access['signers'];
  /** This control plane's own authority. Default: it has none. */
  readonly trust?: Trust | undefined;
  readonly ownerOf: (identity: Identity) => string | undefined;
  readonly log: Log;
  readonly onReading: (files: 'tokens' | 'clientCa', outcome: 'read' | 'refused') => void;
  readonly onRefusal: (reason: RefusalReason) => void;
};

/** Admission by the current content of the files. `clientCa` is for TLS. */
export type AdsAccess = {
  readonly admission: Admission;
  readonly clientCa: Followed<ClientCa> | undefined;
  /** The tokens of the file as they are now; undefined: there is no file. */
  readonly tokens: Followed<Tokens> | undefined;
  readonly close: () => Promise<void>;
};

/**
 * Opens ADS to the holders of credentials in the files; without files, to any client.
 * @throws TokensError, CertificateError, or the error of the file system, if a file cannot be used
 */
export async function openAdsAccess(settings: AdsAccessSettings, world: AdsAccessWorld): Promise<AdsAccess> {
  const { signers, ownerOf, log, onReading, onRefusal, trust } = world;
  await using opened = new AsyncDisposableStack();
  const follow = async <T>(
    what: string,
    source: Source | undefined,
    read: (name: string, content: Buffer) => T,
    name: 'tokens' | 'clientCa',
  ): Promise<Followed<T> | undefined> => {
    if (source === undefined) return undefined;
    const followed = await followSources({
      what,
      sources: [source],
      read: (content = Buffer.alloc(0)) => read(sourceName(source), content),
      log,
      onReading: (outcome) => onReading(name, outcome),
    });
    opened.defer(followed.close);
    return followed;
  };
  const tokens = await follow('tokens', settings.tokens, readTokens, 'tokens');
  const ca = settings.clientCa === undefined ? undefined : fileSource('--client-ca', settings.clientCa);
  const clientCa = await follow('client CA', ca, readClientCa, 'clientCa');
  if (signers !== undefined && [tokens, clientCa, trust].every((each) => each === undefined)) {
    log.warn(
      "--credentials without --tokens or --client-ca: only an Envoy that signs (App Mesh's own images) can connect to ADS, no agent",
    );
  }

  const warn = boundedWarnings(log);
  const admission = createAdmission({
    authorities: {
      tokens,
      clientCa,
      signers,
      verifications: createTokenBucket(settings.adsRateLimit),
      region: settings.region,
      trust,
    },
    newcomers: createTokenBucket(settings.adsRateLimit),
    proxies: countProxies(settings.proxyQuotas),
    ownerOf,
    onRefusal(reason, peer, { code, message }) {
      onRefusal(reason);
      warn(coded('PROXY_REFUSED', { reason, peer, grpc: code }), `a proxy was refused: ${message}`);
    },
  });
  for (const followed of [tokens, clientCa, signers]) followed?.onChange(() => admission.recheck());
  const all = opened.move();
  return { admission, clientCa, tokens, close: () => all.disposeAsync() };
}
