import type { AccessLogInit } from '../envoy/connection-manager.ts';
import { counterLog, type LogCondition } from '../envoy/metric-extension/stats-logger.ts';
import type { Options } from '../options.ts';
import { REFUSED_STAT } from '../../../common/contracts/refused-stat.ts';
import { hasAccessFilters } from './has-access-filters.ts';

/** The prefix of the shadow rules' statistics and metadata. */
export const SHADOW = 'daybreak_';

/** Returns the log of refused requests: with `AUDIT` of those that would be refused. */
export function refusedRequestLog(port: number, options: Options): readonly AccessLogInit[] {
  return hasAccessFilters(options) ? [counted('envoy.filters.http.rbac', port)] : [];
}

/**
 * Returns the log of refused connections of a tcp listener, with `AUDIT` of those that would be refused. An entry is a connection that ended:
 * Envoy asks the rules with the first bytes of the caller, which may come after the connection to the application.
 */
export function refusedConnectionLog(port: number, options: Options): readonly AccessLogInit[] {
  return hasAccessFilters(options) ? [counted('envoy.filters.network.rbac', port)] : [];
}

function counted(filter: string, port: number): AccessLogInit {
  const { prefix, name, tags } = REFUSED_STAT;
  return counterLog(
    [{ name, add: 1 }],
    {
      [tags.port]: String(port),
      [tags.caller]: '%DOWNSTREAM_PEER_URI_SAN%',
      [tags.line]: `%DYNAMIC_METADATA(${filter}:${SHADOW}shadow_effective_policy_id)%`,
    },
    [refused(filter)],
    prefix,
  );
}

function refused(filter: string): LogCondition {
  const path = [{ segment: { case: 'key' as const, value: `${SHADOW}shadow_engine_result` } }];
  const value = {
    matchPattern: {
      case: 'stringMatch' as const,
      value: { matchPattern: { case: 'exact' as const, value: 'denied' } },
    },
  };
  return {
    filterSpecifier: {
      case: 'metadataFilter',
      value: { matcher: { filter, path, value }, matchIfKeyNotFound: false },
    },
  };
}
