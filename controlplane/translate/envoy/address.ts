import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AddressSchema } from '#envoy/envoy/config/core/v3/address_pb.ts';
import type { IpPreference } from '../../model/types.ts';

/** The addresses of one proxy: where it listens, and where its application does. */
export type Addresses = { readonly listen: '0.0.0.0' | '::'; readonly application: '127.0.0.1' | '::1' };

/**
 * A mesh with any IP preference has its proxies listen on both families, and the ones that prefer IPv6 reach the
 * application there; a proxy that does not say that it has IPv6 keeps to IPv4.
 */
export function addresses(preference: IpPreference | undefined, ipv6: boolean): Addresses {
  if (preference === undefined || !ipv6) return { listen: '0.0.0.0', application: '127.0.0.1' };
  const sixth = preference === 'IPv6_ONLY' || preference === 'IPv6_PREFERRED';
  return { listen: '::', application: sixth ? '::1' : '127.0.0.1' };
}

/** A TCP address. */
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
