import type { HeaderValue, Headers } from '../request.ts';
import type { Release } from '../release.ts';
import { textOf, tokensOf } from './hop-headers.ts';
import { joinValues } from './joined-headers.ts';
import { isReferer } from './referer.ts';
import { externalId, NEW_REQUEST_ID } from './request-id.ts';
import type { ManagerSettings } from './settings.ts';

/** A caller's address, in words. */
const CALLER_ADDRESS: HeaderValue = { made: "the caller's address" };

const HOP = ['keep-alive', 'proxy-connection', 'transfer-encoding'];

// Envoy accepts these only from internal callers; by default no address is internal.
const INTERNAL = [
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-internal',
  'x-envoy-ip-tags',
  'x-envoy-max-retries',
  'x-envoy-original-url',
  'x-envoy-retriable-header-names',
  'x-envoy-retriable-status-codes',
  'x-envoy-retry-grpc-on',
  'x-envoy-retry-on',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-rq-timeout-ms',
];

/** Removed also for callers that are identified by their address. */
const INTERNAL_AT_EDGE = [
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-original-host',
  'x-envoy-original-path',
];

/**
 * Applies a connection manager to the headers of a request before routing
 * (ConnectionManagerUtility::mutateRequestHeaders in Envoy). `upgrades`: the request asks for a protocol upgrade.
 */
export function managedHeaders(
  before: Headers,
  settings: ManagerSettings,
  release: Release,
  { tls, upgrades }: { readonly tls: boolean; readonly upgrades: boolean },
): Headers {
  const headers = new Map(before);
  const remove = (names: readonly string[]): void => {
    for (const name of names) headers.delete(name);
  };
  remove(upgrades ? HOP : [...HOP, 'connection', 'upgrade']);
  keepTrailers(headers);
  const referer = textOf(headers, 'referer');
  if (referer !== undefined && !isReferer(referer)) headers.delete('referer');
  if (!settings.passesExpect && textOf(headers, 'expect')?.toLowerCase() === '100-continue')
    headers.delete('expect');
  nameCaller(headers, settings, tls);
  remove(INTERNAL);
  if (release.removesStreamDuration) remove(['x-envoy-upstream-stream-duration-ms']);
  if (settings.useRemoteAddress) {
    remove(INTERNAL_AT_EDGE);
    headers.set('x-envoy-external-address', [CALLER_ADDRESS]);
  }
  nameRequest(headers, settings);
  headers.delete('x-forwarded-client-cert');
  return headers;
}

/** Keeps only `trailers` in TE. */
function keepTrailers(headers: Map<string, readonly HeaderValue[]>): void {
  const te = textOf(headers, 'te');
  if (te === undefined || te === '') return;
  if (tokensOf(te).includes('trailers')) headers.set('te', ['trailers']);
  else headers.delete('te');
}

function nameCaller(
  headers: Map<string, readonly HeaderValue[]>,
  { useRemoteAddress, appendsForwardedFor, trustedHops }: ManagerSettings,
  tls: boolean,
): void {
  if (useRemoteAddress && appendsForwardedFor)
    headers.set('x-forwarded-for', [joinValues([...(headers.get('x-forwarded-for') ?? []), CALLER_ADDRESS])]);
  const untrusted = useRemoteAddress && trustedHops === 0;
  if (untrusted || !headers.has('x-forwarded-proto'))
    headers.set('x-forwarded-proto', [tls ? 'https' : 'http']);
}

function nameRequest(
  headers: Map<string, readonly HeaderValue[]>,
  { makesRequestId, keepsExternalRequestId, useRemoteAddress }: ManagerSettings,
): void {
  const [given = ''] = headers.get('x-request-id') ?? [];
  if (!makesRequestId) return;
  if (given === '' || (useRemoteAddress && !keepsExternalRequestId))
    headers.set('x-request-id', [NEW_REQUEST_ID]);
  else if (useRemoteAddress) headers.set('x-request-id', [externalId(given)]);
}
