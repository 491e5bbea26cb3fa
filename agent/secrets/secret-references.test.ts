import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack, AnySchema } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { ClusterSchema } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import { ApiConfigSource_ApiType as ApiType } from '#envoy/envoy/config/core/v3/config_source_pb.ts';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import type { SdsSecretConfigSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '#envoy/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts';
import { CLUSTER, LISTENER, ROUTES, type Resource } from '../../xds/types.ts';
import { secretReferences } from './secret-references.ts';

function resource<D extends DescMessage>(schema: D, name: string, init: MessageInitShape<D>): Resource {
  const any = toBinary(AnySchema, anyPack(schema, create(schema, init)));
  return { name, version: '1', any };
}

function socket<D extends DescMessage>(schema: D, init: MessageInitShape<D>) {
  const value = anyPack(schema, create(schema, init));
  return { name: 'tls', configType: { case: 'typedConfig' as const, value } };
}

type Config = MessageInitShape<typeof SdsSecretConfigSchema>;

const overAds = (name: string): Config => ({
  name,
  sdsConfig: { configSourceSpecifier: { case: 'ads', value: {} } },
});

const over = (name: string, clusterName: string): Config => ({
  name,
  sdsConfig: {
    configSourceSpecifier: {
      case: 'apiConfigSource',
      value: {
        apiType: ApiType.GRPC,
        grpcServices: [{ targetSpecifier: { case: 'envoyGrpc', value: { clusterName } } }],
      },
    },
  },
});

const SDS = 'static_cluster_sds_unix_socket';

test('reads the secrets of a listener, by filter chain', () => {
  const withSecrets = socket(DownstreamTlsContextSchema, {
    commonTlsContext: {
      tlsCertificateSdsSecretConfigs: [over('app', SDS)],
      validationContextType: {
        case: 'combinedValidationContext',
        value: { defaultValidationContext: {}, validationContextSdsSecretConfig: over('ROOTCA', SDS) },
      },
    },
  });
  const fromFiles = socket(DownstreamTlsContextSchema, {
    commonTlsContext: { tlsCertificateSdsSecretConfigs: [over('file:/a;/b', 'daybreak_agent')] },
  });
  const listener = resource(ListenerSchema, 'l', {
    name: 'l',
    filterChains: [{ name: 'one', transportSocket: withSecrets }, { name: 'plain' }],
    defaultFilterChain: { transportSocket: fromFiles },
  });
  const one = { kind: 'listener', name: 'one' };
  expect(secretReferences(LISTENER, listener)).toEqual([
    { name: 'app', kind: 'certificate', source: 'sds', user: one },
    { name: 'ROOTCA', kind: 'trust', source: 'sds', user: one },
    { name: 'file:/a;/b', kind: 'certificate', source: 'files', user: { kind: 'listener', name: 'l' } },
  ]);
});

test('reads the secrets of a cluster, including transport socket matches', () => {
  const own = socket(UpstreamTlsContextSchema, {
    commonTlsContext: {
      tlsCertificateSdsSecretConfigs: [overAds('certificate:arn')],
      validationContextType: { case: 'validationContextSdsSecretConfig', value: overAds('issuer:arn') },
    },
  });
  const matched = socket(UpstreamTlsContextSchema, {
    commonTlsContext: { tlsCertificateSdsSecretConfigs: [over('elsewhere', 'another'), over('app', SDS)] },
  });
  const cluster = resource(ClusterSchema, 'c', {
    name: 'c',
    transportSocket: own,
    transportSocketMatches: [{ name: 'm', transportSocket: matched }],
  });
  const user = { kind: 'cluster', name: 'c' };
  expect(secretReferences(CLUSTER, cluster)).toEqual([
    { name: 'certificate:arn', kind: 'certificate', source: 'ads', user },
    { name: 'issuer:arn', kind: 'trust', source: 'ads', user },
    { name: 'app', kind: 'certificate', source: 'sds', user },
  ]);
});

test('other resources have no secrets', () => {
  expect(secretReferences(ROUTES, { name: 'r', version: '1', any: new Uint8Array() })).toEqual([]);
});
