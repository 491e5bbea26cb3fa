import type { StringMatcher } from '#envoy/envoy/type/matcher/v3/string_pb.ts';
import type { HttpConnectionManager } from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';

/** The settings of a connection manager that change a request before routing; Envoy's defaults if unset. */
export type ManagerSettings = {
  /** The caller is identified by its address; its own claims count only behind trusted hops. */
  readonly useRemoteAddress: boolean;
  readonly trustedHops: number;
  readonly appendsForwardedFor: boolean;
  readonly makesRequestId: boolean;
  readonly keepsExternalRequestId: boolean;
  /** Requests pass the steps of a tracer, even if there is no tracer. */
  readonly isTraced: boolean;
  readonly normalizesPath: boolean;
  readonly mergesSlashes: boolean;
  /** `matching`: only the listener's own port. */
  readonly stripsPort: 'none' | 'matching' | 'any';
  readonly stripsTrailingDot: boolean;
  /** Whether `Expect: 100-continue` is forwarded; if not, Envoy answers it. */
  readonly passesExpect: boolean;
  /** HTTP/1.1 accepts methods that Envoy does not know. */
  readonly takesAnyMethod: boolean;
  /** Protocols that `Upgrade` may ask for, in lower case. */
  readonly upgrades: readonly string[];
  /** Protocols whose `Upgrade` is ignored over HTTP/1.1. */
  readonly ignoredUpgrades: readonly StringMatcher[];
};

/** Reads the settings of a connection manager. */
export function managerSettings(manager: HttpConnectionManager): ManagerSettings {
  const { stripPortMode, stripMatchingHostPort, upgradeConfigs } = manager;
  const stripsAny = stripPortMode.case === 'stripAnyHostPort' && stripPortMode.value;
  return {
    useRemoteAddress: manager.useRemoteAddress ?? false,
    trustedHops: manager.xffNumTrustedHops,
    appendsForwardedFor: !manager.skipXffAppend,
    makesRequestId: manager.generateRequestId ?? true,
    keepsExternalRequestId: manager.preserveExternalRequestId,
    isTraced: manager.tracing !== undefined,
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
