import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { SecretSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import type { Resource } from '../../../xds/types.ts';
import { encode } from '../encode.ts';
import type { Authority, Found } from '../external-inputs.ts';
import type { Report } from '../problems.ts';
import type { Discovered } from '../proxy.ts';
import { certificateName, trustName, type ServedTrust } from './secret-names.ts';
import type { CertificateSource, TrustSource } from './sources.ts';

/** A source that some part of the model names, and which part. */
export type Need = { readonly where: string; readonly source: CertificateSource | TrustSource };

/**
 * The secrets that the control plane serves itself, each once, from what is known outside the model. Where nothing is
 * known, or the proxy may not have the key, that is reported, and Envoy refuses the connections that need it, until it comes.
 */
export function servedSecrets(needs: readonly Need[], found: Found, report: Report): Discovered {
  const known = new Map<string, Resource>();
  const missing = new Map<string, Resource | undefined>();
  for (const { where, source } of needs) {
    if (source.kind === 'file' || source.kind === 'sds') continue;
    const { name, resource, isWhole, lacks } =
      'arn' in source ? certificateOf(source.arn, found) : trustOf(source, found);
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

function certificateOf(arn: string, found: Found): Served {
  const name = certificateName(arn);
  const certificate = found.certificate(arn);
  if (certificate === undefined || !('privateKey' in certificate)) {
    const lacks = [certificate === undefined ? unknown(arn) : withheld(arn)];
    return { name, isWhole: false, resource: undefined, lacks };
  }
  const value = { certificateChain: inline(certificate.chain), privateKey: inline(certificate.privateKey) };
  const isWhole = certificate.isLastResort !== true;
  return { name, isWhole, resource: secret(name, { case: 'tlsCertificate', value }), lacks: [] };
}

/** Those of several authorities that are known, and valid or not, are enough for a proxy that has none yet. */
function trustOf(source: ServedTrust, found: Found): Served {
  const name = trustName(source);
  const arns = source.kind === 'acm' ? source.authorities : [source.certificate];
  const all = arns.map((arn) => ({
    arn,
    authority: source.kind === 'acm' ? found.authority(arn) : issuerOf(found.certificate(arn)),
  }));
  const known = all.flatMap(({ authority }) => authority ?? []);
  const lacks = all.flatMap(({ arn, authority }) => (authority === undefined ? [unknown(arn)] : []));
  if (known.length === 0) return { name, isWhole: false, resource: undefined, lacks };
  const trustedCa = inline(known.map(({ pem }) => pem.replace(/\n*$/, '\n')).join(''));
  const resource = secret(name, { case: 'validationContext', value: { trustedCa } });
  const isWhole = lacks.length === 0 && known.every(({ isLastResort }) => isLastResort !== true);
  return { name, isWhole, resource, lacks };
}

function issuerOf(certificate: ReturnType<Found['certificate']>): Authority | undefined {
  if (certificate === undefined) return undefined;
  const { authority: pem, isLastResort } = certificate;
  return { pem, ...(isLastResort && { isLastResort }) };
}

function unknown(arn: string): string {
  return `nothing is known of ${arn} (yet): a proxy without it refuses the connections that need it`;
}

function withheld(arn: string): string {
  return `the key of ${arn} is given to proxies that show who they are, and nobody is asked: set --tokens, --client-ca or --credentials; a proxy without it refuses the connections that need it`;
}

function secret(name: string, type: NonNullable<MessageInitShape<typeof SecretSchema>['type']>): Resource {
  return encode(SecretSchema, name, create(SecretSchema, { name, type }));
}

function inline(value: string) {
  return { specifier: { case: 'inlineString' as const, value } };
}
