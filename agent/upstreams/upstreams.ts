import { createSecureContext } from 'node:tls';
import { requireAnswers } from '../../common/files/require-answers.ts';
import { readSource, type Source } from '../../common/files/source.ts';
import type { Upstream } from '../../xds/client/stream.ts';
import { cannotUseXdsSource } from '../errors.ts';
import { reachEndpoint } from './reach-endpoint.ts';
import type { HeldIdentity } from '../identity/held-identity.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import type { XdsEndpoint } from '../settings/xds/xds-endpoint.ts';
import type { XdsSettings } from '../settings/xds/xds-settings.ts';
import { token } from '../settings/xds/xds-texts.ts';

/**
 * Returns the control planes with the credentials that the settings name. Files are read again for each connection, so that a renewed
 * certificate or token needs no restart. `identity`: its certificate is shown; without one yet, an attempt fails.
 * @throws AgentError if a file or text is unusable now
 */
export function upstreams(xds: XdsSettings, identity?: Pick<AgentIdentity, 'current'>): readonly Upstream[] {
  const secure = (): Secure => withIdentity(() => readSecure(xds), identity);
  if (xds.endpoints.some(({ kind }) => kind === 'tls')) readSecure(xds);
  return xds.endpoints.map((endpoint) => upstream(endpoint, secure, filesOf(xds), identity));
}

function filesOf({ ca, certificate, token: tokenSource }: XdsSettings): readonly string[] {
  const sources = [ca, certificate?.cert, certificate?.key, tokenSource];
  return sources.flatMap((source) => (source?.kind === 'file' ? [source.path] : []));
}

/** The certificate of the identity goes before that of the settings, which only proves who the agent is. */
function withIdentity(
  readOthers: () => Secure,
  identity: Pick<AgentIdentity, 'current'> | undefined,
): Secure {
  if (identity === undefined) return readOthers();
  // First: an agent that waits for its certificate tries once a second or so, and this costs nothing.
  const { chain, key } = requireHeld(identity);
  const others = readOthers();
  return { ...others, tls: { ...others.tls, cert: chain, key } };
}

function requireHeld(identity: Pick<AgentIdentity, 'current'>): HeldIdentity {
  const held = identity.current();
  if (held === undefined) throw new Error('the agent waits for its certificate from the control plane');
  return held;
}

type Secure = ReturnType<NonNullable<Upstream['secure']>>;

function upstream(
  endpoint: XdsEndpoint,
  secure: () => Secure,
  files: readonly string[],
  identity: Pick<AgentIdentity, 'current'> | undefined,
): Upstream {
  // A local socket needs no reachability check: there is no network in between.
  if (endpoint.kind === 'unix') return { address: { path: endpoint.path } };
  const { host, port } = endpoint;
  return {
    address: { host, port },
    async reach(signal) {
      // The control plane could do nothing with a connection that has no certificate.
      if (identity !== undefined) requireHeld(identity);
      // `secure` reads the files synchronously.
      if (endpoint.kind === 'tls') await requireAnswers(files);
      await reachEndpoint(host, port, signal);
    },
    ...(endpoint.kind === 'tls' ? { secure } : {}),
  };
}

/**
 * Reads the credentials of the settings.
 * @throws AgentError if a file or text is unusable
 */
export function readSecure({ ca: caSource, certificate, token: tokenSource }: XdsSettings): Secure {
  const ca = caSource && read(caSource);
  const cert = certificate && read(certificate.cert);
  const key = certificate && read(certificate.key);
  if (caSource !== undefined) attempt(caSource, () => createSecureContext({ ca }));
  if (certificate !== undefined) attempt(certificate.cert, () => createSecureContext({ cert, key }));
  const headers = tokenSource === undefined ? {} : { authorization: `Bearer ${readToken(tokenSource)}` };
  return { tls: { ca, cert, key }, headers };
}

function readToken(source: Source): string {
  const content = read(source).toString().trim();
  return attempt(source, () => {
    const parsed = token(content);
    if ('wanted' in parsed) throw new Error(`not ${parsed.wanted}`);
    return parsed.value;
  });
}

function read(source: Source): Buffer {
  return attempt(source, () => {
    const content = readSource(source);
    if (content.toString().trim() === '') throw new Error('the file is empty');
    return content;
  });
}

function attempt<T>(source: Source, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw cannotUseXdsSource(source, cause);
  }
}
