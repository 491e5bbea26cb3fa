import { create } from '@bufbuild/protobuf';
import { TrafficDirection } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import type { ListenerNames } from '../../../common/contracts/listener-names.ts';
import type { LoopbackBackend } from '../../../common/contracts/loopback-backend.ts';
import type { Resource } from '../../../xds/types.ts';
import { encode } from '../encode.ts';
import { socketAddress, type Addresses } from './address.ts';
import type { ChainMatcherInit } from './chain-matcher.ts';
import type { AccessLogInit } from './connection-manager.ts';
import { duration } from './duration.ts';
import type { FilterChainInit } from './filter-chains.ts';
import type { ListenerFilterInit } from './listener-filters.ts';
import type { LOOPBACK } from '../names.ts';
import { aggregateStats, withBackend, withNames } from './metadata.ts';

/** Returns a listener: on every address of the machine, because redirected connections arrive on any of them, or on loopback. */
export function listener(
  name: string,
  options: {
    readonly address: Addresses['listen'] | typeof LOOPBACK;
    readonly port: number;
    readonly direction: 'inbound' | 'outbound';
    readonly filters: readonly ListenerFilterInit[];
    readonly chains: readonly FilterChainInit[];
    /** Whether a connection that sends nothing for Envoy's 15 s continues as plain text. Default: it is closed. */
    readonly patient?: boolean;
    /** How long it waits instead of 15 s, in milliseconds. */
    readonly inspection?: number;
    /** Chooses among the chains; default: the chains match by themselves. */
    readonly matcher?: ChainMatcherInit;
    /** The log of ended connections. Default: none. */
    readonly accessLog?: readonly AccessLogInit[];
    /** The names that an agent looks up for the matcher. Default: none. */
    readonly names?: ListenerNames;
    /** The backend of a listener on loopback. */
    readonly backend?: LoopbackBackend;
  },
): Resource {
  const { address, port, direction, filters, chains, patient = false, matcher } = options;
  const { accessLog = [], names = {}, backend, inspection } = options;
  const message = create(ListenerSchema, {
    name,
    address: socketAddress(address, port),
    // On `::` the statistics would be called `[__]_15000`, and dashboards use the IPv4 name.
    ...(address === '::' ? { statPrefix: `0.0.0.0_${port}` } : {}),
    trafficDirection: direction === 'inbound' ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    listenerFilters: [...filters],
    filterChains: [...chains],
    accessLog: [...accessLog],
    ...(patient ? { continueOnListenerFiltersTimeout: true } : {}),
    ...(inspection === undefined ? {} : { listenerFiltersTimeout: duration(inspection) }),
    ...(matcher === undefined ? {} : { filterChainMatcher: matcher }),
    metadata: withBackend(withNames(aggregateStats({}), names), backend),
  });
  return encode(ListenerSchema, name, message);
}
