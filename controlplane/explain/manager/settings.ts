import type { StringMatcher } from '#envoy/envoy/type/matcher/v3/string_pb.ts';
import type { HttpConnectionManager } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';

/** What a connection manager is set to do to a request before it looks for a route; Envoy's defaults where nothing is set. */
export type ManagerSettings = {
  /** The caller is known by its address, and what it says of itself counts for nothing but behind trusted hops. */
  readonly useRemoteAddress: boolean;
  readonly trustedHops: number;
  readonly appendsForwardedFor: boolean;
  readonly makesRequestId: boolean;
  readonly keepsExternalRequestId: boolean;
  readonly normalizesPath: boolean;
  readonly mergesSlashes: boolean;
  /** `matching`: the port that the listener is on. */
  readonly stripsPort: 'none' | 'matching' | 'any';
  readonly stripsTrailingDot: boolean;
  /** Whether `Expect: 100-continue` is passed on; if not, Envoy answers it. */
  readonly passesExpect: boolean;
  /** HTTP/1.1 takes methods that Envoy does not know. */
  readonly takesAnyMethod: boolean;
  /** What an `Upgrade` may ask for, in lower case. */
  readonly upgrades: readonly string[];
  /** What an `Upgrade` asks for in vain over HTTP/1.1, as if it were not there. */
  readonly ignoredUpgrades: readonly StringMatcher[];
};

/** Reads a connection manager. */
export function managerSettings(manager: HttpConnectionManager): ManagerSettings {
  const { stripPortMode, stripMatchingHostPort, upgradeConfigs } = manager;
  const stripsAny = stripPortMode.case === 'stripAnyHostPort' && stripPortMode.value;
  return {
    useRemoteAddress: manager.useRemoteAddress ?? false,
    trustedHops: manager.xffNumTrustedHops,
    appendsForwardedFor: !manager.skipXffAppend,
    makesRequestId: manager.generateRequestId ?? true,
    keepsExternalRequestId: manager.preserveExternalRequestId,
    normalizesPath: manager.normalizePath ?? false,
    mergesSlashes: manager.mergeSlashes,
    stripsPort: stripsAny ? 'any' : stripMatchingHostPort ? 'matching' : 'none',
    stripsTrailingDot: manager.stripTrailingHostDot,
    passesExpect: manager.proxy100Continue,
    ignoredUpgrades: manager.httpProtocolOptions?.ignoreHttp11Upgrade ?? [],
    takesAnyMethod: manager.httpProtocolOptions?.allowCustomMethods ?? false,
    upgrades: upgradeConfigs.flatMap(({ upgradeType, enabled }) =>
      enabled === false ? [] : [upgradeType.toLowerCase()],
    ),
  };
}
