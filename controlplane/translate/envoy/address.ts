import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AddressSchema } from '#envoy/envoy/config/core/v3/address_pb.ts';
import type { IpPreference } from '../../model/types.ts';
import type { Features } from '../features.ts';

/** The addresses of one proxy: where it listens, and where its application does. `::` takes IPv4 too. */
export type Addresses = { readonly listen: '0.0.0.0' | '::'; readonly application: string };

/**
 * Where the host has IPv6, a proxy listens on both families; one that does not say (App Mesh's own image) does so where its
 * virtual node or mesh has any preference. The application is where its agent says, else on the loopback address of the
 * family that is preferred, IPv4 where none is.
 */
export function addresses(
  preference: IpPreference | undefined,
  { ipv6, appAddress }: Pick<Features, 'ipv6' | 'appAddress'>,
): Addresses {
  const both = ipv6 ?? preference !== undefined;
  const sixth = both && (preference === 'IPv6_ONLY' || preference === 'IPv6_PREFERRED');
  return { listen: both ? '::' : '0.0.0.0', application: appAddress ?? (sixth ? '::1' : '127.0.0.1') };
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
