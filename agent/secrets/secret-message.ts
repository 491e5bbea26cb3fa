import { hash } from 'node:crypto';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { SECRET, type Resource } from '../../xds/types.ts';

// Encoded by hand, because the generated types of Envoy's TLS messages load all types that they refer to and need memory.
// Field numbers: envoy/extensions/transport_sockets/tls/v3/secret.proto and common.proto, google/protobuf/any.proto.
const ANY = { typeUrl: 1, value: 2 } as const;
const NAMED = { name: 1, tlsCertificate: 2, validationContext: 4 } as const;
const TLS_CERTIFICATE = { certificateChain: 1, privateKey: 2 } as const;
const VALIDATION_CONTEXT = { trustedCa: 1, allowExpiredCertificate: 8 } as const;
const DATA_SOURCE = { inlineBytes: 2 } as const;

/** Encodes a certificate chain and its key, both PEM, as a secret. */
export function certificateMessage(name: string, chain: Uint8Array, privateKey: Uint8Array): Resource {
  const certificate = message(
    [TLS_CERTIFICATE.certificateChain, inline(chain)],
    [TLS_CERTIFICATE.privateKey, inline(privateKey)],
  );
  return resource(name, [NAMED.tlsCertificate, certificate]);
}

/** Encodes trusted authorities, PEM, as a secret. `acceptsExpired`: only the dates of certificates are not checked. */
export function trustMessage(name: string, chain: Uint8Array, { acceptsExpired = false } = {}): Resource {
  const writer = new BinaryWriter();
  writer.raw(message([VALIDATION_CONTEXT.trustedCa, inline(chain)]));
  if (acceptsExpired) writer.tag(VALIDATION_CONTEXT.allowExpiredCertificate, WireType.Varint).bool(true);
  return resource(name, [NAMED.validationContext, writer.finish()]);
}

type Field = readonly [number: number, value: Uint8Array];

function resource(name: string, content: Field): Resource {
  const secret = message([NAMED.name, Buffer.from(name)], content);
  const any = message([ANY.typeUrl, Buffer.from(SECRET)], [ANY.value, secret]);
  return { name, version: hash('sha256', any, 'hex').slice(0, 16), any };
}

function inline(bytes: Uint8Array): Uint8Array {
  return message([DATA_SOURCE.inlineBytes, bytes]);
}

function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) writer.tag(number, WireType.LengthDelimited).bytes(value);
  return writer.finish();
}
