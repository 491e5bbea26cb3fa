import { create } from '@bufbuild/protobuf';
import { ApiVersion } from '#envoy/envoy/config/core/v3/config_source_pb.ts';
import { TypedExtensionConfigSchema } from '#envoy/envoy/config/core/v3/extension_pb.ts';
import { ConfigSchema as DirectResponseSchema } from '#envoy/envoy/extensions/filters/network/direct_response/v3/config_pb.ts';
import { TcpProxySchema } from '#envoy/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.ts';
import type { Resource } from '../../../xds/types.ts';
import { encode } from '../encode.ts';
import type { FilterInit } from './connection-manager.ts';
import { duration } from './duration.ts';
import type { Extension } from './typed.ts';

/** What a filter behind a name may be: it passes bytes on, or closes. */
const TYPE_URLS = [TcpProxySchema, DirectResponseSchema].map(
  ({ typeName }) => `type.googleapis.com/${typeName}`,
);

/**
 * A filter that stands in the listener by its name alone, with its configuration asked for over ADS (ECDS): Envoy drains
 * a filter chain that changes, with all of its connections, and takes over what changes behind a name. A listener waits for it
 * without a limit: with nothing behind the name, connections would be closed.
 */
export function discoveredFilter(name: string): FilterInit {
  return {
    name,
    configType: {
      case: 'configDiscovery',
      value: {
        configSource: {
          configSourceSpecifier: { case: 'ads', value: {} },
          resourceApiVersion: ApiVersion.V3,
          initialFetchTimeout: duration(0),
        },
        typeUrls: [...TYPE_URLS],
      },
    },
  };
}

/** What stands behind the name of such a filter. */
export function filterConfig(name: string, { configType }: Extension): Resource {
  const message = create(TypedExtensionConfigSchema, { name, typedConfig: configType.value });
  return encode(TypedExtensionConfigSchema, name, message);
}
