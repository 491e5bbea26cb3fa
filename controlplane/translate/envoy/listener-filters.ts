import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ListenerFilterSchema } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import { OriginalDstSchema } from '#envoy/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.ts';
import { TlsInspectorSchema } from '#envoy/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.ts';
import { extension } from './typed.ts';

/** A listener filter. */
export type ListenerFilterInit = Exclude<
  MessageInitShape<typeof ListenerFilterSchema>,
  { $typeName: string }
>;

/** Finds out where a redirected connection was going to. */
export function originalDestination(): ListenerFilterInit {
  return extension('envoy.filters.listener.original_dst', OriginalDstSchema, {});
}

/** Reads the server name that a TLS client asks for. It waits for the client's first bytes. */
export function tlsInspector(): ListenerFilterInit {
  return extension('envoy.filters.listener.tls_inspector', TlsInspectorSchema, {});
}

/**
 * The same, on one destination port only: elsewhere it would hold up protocols in which the server speaks first. It
 * must stand behind `originalDestination`, which restores the port.
 */
export function tlsInspectorOn(port: number): ListenerFilterInit {
  const range = { start: port, end: port + 1 };
  return {
    ...tlsInspector(),
    filterDisabled: {
      rule: { case: 'notMatch', value: { rule: { case: 'destinationPortRange', value: range } } },
    },
  };
}
