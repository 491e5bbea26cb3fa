import type { VirtualGatewayView } from '../../mesh/proxy-view.ts';
import type { VirtualGatewayListener } from '../../model/types.ts';
import { isHeaderValue } from '../envoy/text.ts';
import { EGRESS_PORT } from '../names.ts';
import type { Report } from '../problems.ts';
import type { Features } from '../features.ts';
import { servicePorts } from '../services/services.ts';
import { onePerPort } from '../services/targets.ts';
import { listenerTlsModes, type TlsModes } from '../tls/listeners.ts';
import { fits, gatewayRule, type GatewayRule, type GatewayService } from './rules.ts';

/** The traffic of a virtual gateway. */
export type GatewayPlan = {
  readonly listeners: readonly GatewayListener[];
  /** The target virtual services of the routes, sorted by name. */
  readonly services: readonly GatewayService[];
};

/** A listener with its gateway routes, unordered. */
export type GatewayListener = {
  readonly spec: VirtualGatewayListener;
  readonly tlsModes: TlsModes;
  readonly rules: readonly GatewayRule[];
};

/** Decides the traffic of a virtual gateway; reports the parts that cannot work. */
export function gatewayPlan(view: VirtualGatewayView, features: Features, report: Report): GatewayPlan {
  const at = `virtualGateway/${view.name}`;
  const open = openListeners(view, features, report);
  const services = new Map(gatewayServices(view, report).map((service) => [service.name, service]));
  for (const route of view.routes) {
    if (open.some(({ spec: { portMapping } }) => fits(route, portMapping.protocol, portMapping.port)))
      continue;
    report(
      `${at}/gatewayRoute/${route.name}`,
      'no listener of the virtual gateway has its protocol and port',
    );
  }
  const listeners = open.map(({ spec, tlsModes }) => {
    const { protocol, port } = spec.portMapping;
    const rules = view.routes.flatMap((route): readonly GatewayRule[] => {
      if (!fits(route, protocol, port)) return [];
      const rule = gatewayRule(route, protocol, services);
      const where = `${at}/gatewayRoute/${route.name}`;
      if ('problem' in rule) {
        report(where, `the route has no effect: ${rule.problem}`);
        return [];
      }
      const { name, tcpPorts } = rule.service;
      if (rule.servicePort === undefined && tcpPorts.length > 0) {
        report(where, `virtual service ${name} takes TCP alone, which a virtual gateway cannot send it`);
      }
      return [rule];
    });
    return { spec, tlsModes, rules };
  });
  const reached = new Set(listeners.flatMap(({ rules }) => rules.map(({ service }) => service)));
  return { listeners, services: [...services.values()].filter((service) => reached.has(service)) };
}

function openListeners(
  view: VirtualGatewayView,
  features: Features,
  report: Report,
): readonly Omit<GatewayListener, 'rules'>[] {
  const at = `virtualGateway/${view.name}`;
  return onePerPort(view.spec.listeners, at, report).flatMap((spec) => {
    const { port } = spec.portMapping;
    const where = `${at}/listener/${port}`;
    if (spec.healthCheck !== undefined)
      report(`${where}/healthCheck`, 'no health check is made: nothing in the mesh calls a gateway');
    if (port === EGRESS_PORT) {
      report(where, `port ${port} is the proxy's own`);
      return [];
    }
    const tlsModes = listenerTlsModes(spec, features, where, report);
    return tlsModes === undefined ? [] : [{ spec, tlsModes }];
  });
}

/** A gateway accepts only HTTP, and its second pass finds a service by its name. */
function gatewayServices(view: VirtualGatewayView, report: Report): readonly GatewayService[] {
  return view.services.flatMap((service): readonly GatewayService[] => {
    const { name, provider } = service;
    const where = `virtualService/${name}`;
    const all = servicePorts(service, report);
    if (provider.kind === 'missing') return [];
    if (name === '' || !isHeaderValue(name)) {
      report(where, 'its name cannot be a host name');
      return [];
    }
    const requests = all.flatMap((servicePort) => (servicePort.kind === 'http' ? [servicePort] : []));
    const tcpPorts = all.flatMap(({ kind, port }) => (kind === 'tcp' ? [port] : []));
    return [{ name, servicePorts: requests, tcpPorts }];
  });
}
