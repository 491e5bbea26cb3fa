import { chainAddresses, type ChainAddresses } from '../../../common/addresses/chain-addresses.ts';
import { sharedAddresses } from '../../../common/addresses/shared-addresses.ts';
import type { ExternalInputs } from '../external-inputs.ts';
import type { Report } from '../problems.ts';
import type { PortAddresses } from './egress-listener.ts';
import { isHostName, listenerNames, type Outbound } from './outbound.ts';

/**
 * Returns the addresses that distinguish the backends of a port, for an Envoy whose agent does not look them up itself.
 * Reports services without an address of their own.
 */
export function portAddresses(outbound: Outbound, inputs: ExternalInputs, report: Report): PortAddresses {
  if (outbound.options.names) return NONE;
  const names = listenerNames(outbound);
  const shared = outbound.ports.flatMap((port) => {
    const chains = names[port.port];
    return chains === undefined ? [] : [{ ...port, chains }];
  });
  if (shared.length === 0) return NONE;
  for (const { port, requests, connections } of shared) {
    const fate = requests === undefined ? 'are closed' : 'are taken for requests';
    const pairs = sharedAddresses({ [port]: names[port] ?? [] }, inputs.addresses);
    for (const { service } of connections) {
      const where = `virtualService/${service}/port/${port}`;
      // outbound.ts reports invalid names, where it compares them.
      if (isHostName(service) && inputs.addresses(service) === undefined)
        report(where, 'nothing is known of the addresses of its name so far: no connection is taken for it');
      for (const { rival, address } of pairs.filter(({ name }) => name === service)) {
        const what = `its address ${address} is that of virtual service ${rival} too`;
        report(where, `${what}: connections to it ${fate}`);
      }
    }
  }
  return new Map(shared.map(({ port, chains }) => [port, chainAddresses(chains, inputs.addresses)]));
}

const NONE: PortAddresses = new Map<number, readonly ChainAddresses[]>();
