import type { VirtualNodeView } from '../../mesh/view.ts';
import { isHeaderValue } from '../envoy/text.ts';
import { domains, EGRESS_PORT, INGRESS_PORT, type HttpProtocol } from '../names.ts';
import type { HttpOffer, Offer, TcpOffer } from '../offer.ts';
import type { Report } from '../problems.ts';
import { offers } from '../services.ts';

/** All that goes out through one destination port. */
export type EgressPort =
  | {
      readonly kind: 'http';
      readonly port: number;
      readonly protocol: HttpProtocol;
      /** What answers to which host names, sorted by the service's name; no domain occurs twice. */
      readonly hosts: readonly EgressHost[];
    }
  | { readonly kind: 'tcp'; readonly port: number; readonly offer: TcpOffer };

/** A virtual service and the host names that mean it. */
export type EgressHost = { readonly offer: HttpOffer; readonly domains: readonly string[] };

/**
 * Decides, port by port, what a virtual node's backends get. A port has one protocol, and TCP one service: the first by
 * the service's name wins, and what loses is reported.
 */
export function egressPorts(view: VirtualNodeView, report: Report): readonly EgressPort[] {
  const ports = new Map<number, EgressPort>();
  for (const service of view.services) {
    if (asksForTls(view, service.name)) {
      report(
        `virtualService/${service.name}`,
        'the client policy of this backend asks for TLS, which is not built yet',
      );
      continue;
    }
    for (const offer of offers(service, report)) {
      const claimed = claim(ports.get(offer.port), offer);
      if (typeof claimed === 'string') report(`virtualService/${service.name}/port/${offer.port}`, claimed);
      else ports.set(offer.port, claimed);
    }
  }
  return [...ports.values()].toSorted((a, b) => a.port - b.port);
}

/** The port with an offer more, or why it cannot have it. */
function claim(taken: EgressPort | undefined, offer: Offer): EgressPort | string {
  const { port, service } = offer;
  if (port === INGRESS_PORT || port === EGRESS_PORT) return `port ${port} is the proxy's own`;
  if (offer.kind === 'tcp') {
    if (taken === undefined) return { kind: 'tcp', port, offer };
    return `${holder(taken)} has this port, and TCP needs a port of its own`;
  }
  if (!isHeaderValue(service) || service === '') return 'its name cannot be a host name';
  const { protocol } = offer;
  const host = { offer, domains: domains(service, port) };
  if (taken === undefined) return { kind: 'http', port, protocol, hosts: [host] };
  if (taken.kind === 'tcp' || taken.protocol !== protocol) {
    return `${holder(taken)} has this port with ${taken.kind === 'tcp' ? 'tcp' : taken.protocol}, not ${protocol}`;
  }
  const rival = taken.hosts.find((other) => sharesDomain(other, host));
  if (rival !== undefined)
    return `its host names collide with those of virtual service ${rival.offer.service}`;
  return { ...taken, hosts: [...taken.hosts, host] };
}

function holder(taken: EgressPort): string {
  const service = taken.kind === 'tcp' ? taken.offer.service : taken.hosts[0]?.offer.service;
  return `virtual service ${service}`;
}

/** Host names are compared without case. */
function sharesDomain(a: EgressHost, b: EgressHost): boolean {
  const taken = new Set(a.domains.map((domain) => domain.toLowerCase()));
  return b.domains.some((domain) => taken.has(domain.toLowerCase()));
}

function asksForTls({ spec }: VirtualNodeView, service: string): boolean {
  const backends = (spec.backends ?? []).flatMap(({ virtualService }) => virtualService ?? []);
  const own = backends.find(({ virtualServiceName }) => virtualServiceName === service)?.clientPolicy;
  return (own ?? spec.backendDefaults?.clientPolicy)?.tls !== undefined;
}
