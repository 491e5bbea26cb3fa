import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  ListenerFilterChainMatchPredicateSchema,
  ListenerFilterSchema,
} from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { OriginalDstSchema } from '#envoy/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.ts';
import { TlsInspectorSchema } from '#envoy/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.ts';
import { extension } from './typed.ts';

/** A listener filter. */
export type ListenerFilterInit = Exclude<
  MessageInitShape<typeof ListenerFilterSchema>,
  { $typeName: string }
>;

type Predicate = MessageInitShape<typeof ListenerFilterChainMatchPredicateSchema>;

/** Restores the original destination of a redirected connection. */
export function originalDestination(): ListenerFilterInit {
  return extension('envoy.filters.listener.original_dst', OriginalDstSchema, {});
}

/** Reads the SNI of a TLS client. It waits for the client's first bytes. */
export function tlsInspector(): ListenerFilterInit {
  return extension('envoy.filters.listener.tls_inspector', TlsInspectorSchema, {});
}

/**
 * Does the same, on these destination ports only: on other ports it would delay protocols in which the server speaks first. It
 * has to follow `originalDestination`, which restores the port.
 */
export function tlsInspectorOn(...ports: readonly [number, ...number[]]): ListenerFilterInit {
  const [first, ...others] = ports.map(onPort);
  const any = others.length === 0 ? first : anyOf(ports.map(onPort));
  return { ...tlsInspector(), filterDisabled: { rule: { case: 'notMatch', value: any ?? {} } } };
}

function onPort(port: number): Predicate {
  return { rule: { case: 'destinationPortRange', value: { start: port, end: port + 1 } } };
}

function anyOf(rules: Predicate[]): Predicate {
  return { rule: { case: 'orMatch', value: { rules } } };
}
