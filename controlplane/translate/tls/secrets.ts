import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { SecretSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import type { Resource } from '../../../xds/types.ts';
import { encode } from '../encode.ts';
import type { Authority, ExternalInputs } from '../external-inputs.ts';
import type { Report } from '../problems.ts';
import type { Discovered } from '../proxy.ts';
import { certificateName, trustName, type ServedTrust } from './secret-names.ts';
import type { CertificateSource, TrustSource } from './sources.ts';

/** A secret source, and the part of the model that refers to it. */
export type SecretRef = { readonly where: string; readonly source: CertificateSource | TrustSource };

/**
 * Returns the secrets that the control plane serves, each once, from external inputs. If an input is unknown, or the proxy may
 * not have the key, a problem is reported, and Envoy refuses the connections that need the secret until it arrives.
 */
export function servedSecrets(
  secretRefs: readonly SecretRef[],
  inputs: ExternalInputs,
  report: Report,
): Discovered {
  const known = new Map<string, Resource>();
  const missing = new Map<string, Resource | undefined>();
  for (const { where, source } of secretRefs) {
    if (source.kind === 'file' || source.kind === 'sds') continue;
    const { name, resource, isWhole, lacks } =
      'arn' in source ? certificateOf(source.arn, inputs) : trustOf(source, inputs);
    if (isWhole && resource !== undefined) known.set(name, resource);
    else missing.set(name, resource);
    for (const what of lacks)
      report(where, what, { kind: 'lacking', secret: name, standIn: resource?.version });
  }
  return { known: [...known.values()], unknown: missing };
}

type Served = { readonly name: string; readonly lacks: readonly string[] } & (
  | { readonly isWhole: boolean; readonly resource: Resource }
  | { readonly isWhole: false; readonly resource: undefined }
);

function certificateOf(arn: string, inputs: ExternalInputs): Served {
  const name = certificateName(arn);
  const certificate = inputs.certificate(arn);
  if (certificate === undefined || !('privateKey' in certificate)) {
    const lacks = [certificate === undefined ? unknown(arn) : withheld(arn)];
    return { name, isWhole: false, resource: undefined, lacks };
  }
  const value = { certificateChain: inline(certificate.chain), privateKey: inline(certificate.privateKey) };
  const isWhole = certificate.isLastResort !== true;
  return { name, isWhole, resource: secret(name, { case: 'tlsCertificate', value }), lacks: [] };
}

/** The known authorities of several, valid or not, suffice for a proxy that has none yet. */
function trustOf(source: ServedTrust, inputs: ExternalInputs): Served {
  const name = trustName(source);
  const arns = source.kind === 'acm' ? source.authorities : [source.certificate];
  const all = arns.map((arn) => ({
    arn,
    authority: source.kind === 'acm' ? inputs.authority(arn) : issuerOf(inputs.certificate(arn)),
  }));
  const known = all.flatMap(({ authority }) => authority ?? []);
  const lacks = all.flatMap(({ arn, authority }) => (authority === undefined ? [unknown(arn)] : []));
  if (known.length === 0) return { name, isWhole: false, resource: undefined, lacks };
  const trustedCa = inline(known.map(({ pem }) => pem.replace(/\n*$/, '\n')).join(''));
  const resource = secret(name, { case: 'validationContext', value: { trustedCa } });
  const isWhole = lacks.length === 0 && known.every(({ isLastResort }) => isLastResort !== true);
  return { name, isWhole, resource, lacks };
}

function issuerOf(certificate: ReturnType<ExternalInputs['certificate']>): Authority | undefined {
  if (certificate === undefined) return undefined;
  const { authority: pem, isLastResort } = certificate;
  return { pem, ...(isLastResort && { isLastResort }) };
}

function unknown(arn: string): string {
  return `nothing is known of ${arn} (yet): a proxy without it refuses the connections that need it`;
}

function withheld(arn: string): string {
  return `the key of ${arn} is served only to authenticated proxies, and authentication is off: set --tokens, --client-ca, --credentials or --trust-domain; a proxy without it refuses the connections that need it`;
}

function secret(name: string, type: NonNullable<MessageInitShape<typeof SecretSchema>['type']>): Resource {
  return encode(SecretSchema, name, create(SecretSchema, { name, type }));
}

function inline(value: string) {
  return { specifier: { case: 'inlineString' as const, value } };
}
