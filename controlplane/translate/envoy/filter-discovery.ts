import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ApiVersion,
  type ExtensionConfigSourceSchema,
} from '#envoy/envoy/config/core/v3/config_source_pb.ts';
import { TypedExtensionConfigSchema } from '#envoy/envoy/config/core/v3/extension_pb.ts';
import { ConfigSchema as DirectResponseSchema } from '#envoy/envoy/extensions/filters/network/direct_response/v3/config_pb.ts';
import { TcpProxySchema } from '#envoy/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.ts';
import type { Resource } from '../../../xds/types.ts';
import { encode } from '../encode.ts';
import { duration } from './duration.ts';
import type { Extension } from './typed.ts';

/** The types of a discovered filter that ends a chain: a TCP proxy, or a direct response that closes. */
const ENDS: readonly DescMessage[] = [TcpProxySchema, DirectResponseSchema];

/** A filter, network or HTTP, that its listener only names. */
export type DiscoveredFilter = {
  name: string;
  configType: { case: 'configDiscovery'; value: MessageInitShape<typeof ExtensionConfigSourceSchema> };
};

/**
 * Returns a filter that the listener only names, and whose configuration Envoy fetches over ADS (ECDS). Changing a filter chain
 * drains all of its connections; changing a discovered filter does not. A listener waits for the configuration without a
 * limit, because without one it would close connections.
 */
export function discoveredFilter(name: string, types = ENDS): DiscoveredFilter {
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
        typeUrls: types.map(({ typeName }) => `type.googleapis.com/${typeName}`),
      },
    },
  };
}

/** Returns the configuration of a discovered filter. */
export function filterConfig(name: string, { configType }: Extension): Resource {
  const message = create(TypedExtensionConfigSchema, { name, typedConfig: configType.value });
  return encode(TypedExtensionConfigSchema, name, message);
}
