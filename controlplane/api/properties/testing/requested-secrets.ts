import { create, type JsonValue, type MessageInitShape } from '@bufbuild/protobuf';
import { SecretSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import { CLUSTER, LISTENER, type Resource, type Snapshot } from '../../../../xds/types.ts';
import { encode } from '../../../translate/encode.ts';
import { resourceJson } from '../../../translate/registry.ts';

/** The PEM of the one certificate that serves as every certificate and authority. */
export type Pem = { readonly cert: string; readonly key: string };

type SecretType = NonNullable<MessageInitShape<typeof SecretSchema>['type']>;

/** Returns the secrets that a configuration requests from SDS sockets other than its control plane. */
export function requestedSecrets(snapshot: Snapshot, { cert, key }: Pem): readonly Resource[] {
  const all = [CLUSTER, LISTENER].flatMap((type) => [...(snapshot.get(type)?.resources.values() ?? [])]);
  const { certificates, trusts } = secretNames(all.map(resourceJson));
  const certificate = { certificateChain: inline(cert), privateKey: inline(key) };
  return [
    ...[...certificates].map((name) => secret(name, { case: 'tlsCertificate', value: certificate })),
    ...[...trusts].map((name) =>
      secret(name, { case: 'validationContext', value: { trustedCa: inline(cert) } }),
    ),
  ];
}

function secret(name: string, type: SecretType): Resource {
  return encode(SecretSchema, name, create(SecretSchema, { name, type }));
}

function inline(text: string) {
  return { specifier: { case: 'inlineString' as const, value: text } };
}

type Names = { readonly certificates: ReadonlySet<string>; readonly trusts: ReadonlySet<string> };

/** Collects the names of secrets at any depth of resources as JSON. */
function secretNames(resources: readonly JsonValue[]): Names {
  const certificates = new Set<string>();
  const trusts = new Set<string>();
  look([...resources], '');
  return { certificates, trusts };

  function look(value: JsonValue, under: string): void {
    if (Array.isArray(value)) return value.forEach((each) => look(each, under));
    if (value === null || typeof value !== 'object') return;
    const { name, sds_config: source } = value;
    if (typeof name === 'string' && JSON.stringify(source ?? '').includes('"api_config_source"')) {
      const names = under === 'tls_certificate_sds_secret_configs' ? certificates : trusts;
      names.add(name);
    }
    for (const [key, each] of Object.entries(value)) look(each, key);
  }
}
