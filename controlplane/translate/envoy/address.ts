import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AddressSchema } from '#envoy/envoy/config/core/v3/address_pb.ts';
import type { IpPreference } from '../../model/types.ts';
import type { Features } from '../features.ts';

/** The addresses of one proxy: its listen address, and the address of its application. `::` accepts IPv4 too. */
export type Addresses = { readonly listen: '0.0.0.0' | '::'; readonly application: string };

/**
 * Chooses the addresses of a proxy. If the host has IPv6, the proxy listens on both families; a proxy that does not say (App
 * Mesh's own image) does so if its virtual node or mesh has a preference. The application's address is the one that the agent
 * declares, else the loopback address of the preferred family, by default IPv4.
 */
export function addresses(
  preference: IpPreference | undefined,
  { ipv6, appAddress }: Pick<Features, 'ipv6' | 'appAddress'>,
): Addresses {
  const both = ipv6 ?? preference !== undefined;
  const sixth = both && (preference === 'IPv6_ONLY' || preference === 'IPv6_PREFERRED');
  return { listen: both ? '::' : '0.0.0.0', application: appAddress ?? (sixth ? '::1' : '127.0.0.1') };
}

/** Returns a TCP address. */
export function socketAddress(address: string, port: number): MessageInitShape<typeof AddressSchema> {
  return {
    address: {
      case: 'socketAddress',
      value: {
        address,
        portSpecifier: { case: 'portValue', value: port },
        ipv4Compat: address === '::',
      },
    },
  };
}
