import type { Place } from '../../mesh/access/steps.ts';
import type { Listener } from '../../model/types.ts';
import { deniesInForce } from '../access/filters.ts';
import { accessLogs } from '../envoy/access-log/access-log.ts';
import type { Addresses } from '../envoy/address.ts';
import type { AccessLogInit } from '../envoy/connection-manager.ts';
import { createMemo } from '../memo.ts';
import { EGRESS_PORT, INGRESS_PORT } from '../names.ts';
import type { Report } from '../problems.ts';
import { optionsKey, type Options } from '../options.ts';
import type { ProxyResources } from '../proxy.ts';
import { onePerPort } from '../services/targets.ts';
import { automaticTls, withAutomatic } from '../tls/automatic.ts';
import { listenerTlsModes } from '../tls/listeners.ts';
import type { SecretRef } from '../tls/secrets.ts';
import { ingressClusters } from './clusters.ts';
import { ingressListener } from './listeners.ts';
import type { OpenListener } from './port-chains.ts';
import { ingressRoutes } from './routes.ts';
import type { OwnView } from './own-view.ts';

/** The traffic to the local application, and the access log, which is the same in both directions. */
export type Inbound = Omit<ProxyResources, 'endpoints' | 'secrets'> & {
  readonly accessLog: readonly AccessLogInit[];
  readonly secretRefs: readonly SecretRef[];
  /** The chains with a filter of authorization. */
  readonly places: readonly Place[];
};

/** Builds the inbound part, cached independently of the virtual node's backends. */
export function inboundParts(view: OwnView, at: Addresses, options: Options, report: Report): Inbound {
  const secured =
    options.trustDomain === undefined ? [] : [view.mesh.owner, view.security, deniesInForce(view.access)];
  const key = JSON.stringify([view.mesh.name, view.name, at, optionsKey(options), ...secured]);
  return memo(view.spec, key, report, (inner) => makeInbound(view, at, options, inner));
}

const memo = createMemo<Inbound>();

function makeInbound(view: OwnView, at: Addresses, options: Options, report: Report): Inbound {
  const accessLog = accessLogs(view.spec.logging, `virtualNode/${view.name}`, options, report);
  const open = openListeners(view, options, report);
  const listeners = open.map(({ spec }) => spec);
  if (options.loopbackEgress) reportUnreached(listeners, `virtualNode/${view.name}`, report);
  return {
    accessLog,
    clusters: ingressClusters(view, listeners, at, options, report),
    ...ingressListener(view, open, at, accessLog, options),
    routes: ingressRoutes(view, listeners, report),
    secretRefs: open.flatMap(({ tlsModes }) => tlsModes.secretRefs),
  };
}

/** Returns the listeners that can have a chain. */
function openListeners(view: OwnView, options: Options, report: Report): readonly OpenListener[] {
  const at = `virtualNode/${view.name}`;
  const proxy = { owner: view.mesh.owner, mesh: view.mesh.name, kind: view.kind, name: view.name };
  const automatic = automaticTls(proxy, view.security, options, report);
  return onePerPort(view.spec.listeners ?? [], at, report).flatMap((spec) => {
    const { port } = spec.portMapping;
    const where = `${at}/listener/${port}`;
    if (port === INGRESS_PORT || port === EGRESS_PORT) {
      report(where, `port ${port} is the proxy's own`);
      return [];
    }
    const tlsModes = listenerTlsModes(spec, options, where, report);
    return tlsModes === undefined ? [] : [{ spec, tlsModes: withAutomatic(tlsModes, spec, automatic) }];
  });
}

/** Without redirect rules, one port takes all callers. */
function reportUnreached([first, ...others]: readonly Listener[], at: string, report: Report): void {
  for (const { portMapping } of others) {
    const why = `without redirect rules callers connect to port ${INGRESS_PORT}, which leads to listener ${first?.portMapping.port}`;
    report(`${at}/listener/${portMapping.port}`, why);
  }
}
