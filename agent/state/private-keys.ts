import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { SECRET, type Resource } from '../../xds/types.ts';
import type { ResourcesByType } from './state-format.ts';

/** Field numbers of google.protobuf.Any and of envoy.extensions.transport_sockets.tls.v3.Secret. */
const ANY_VALUE = 2;
const SECRET_NAME = 1;
const SECRET_VALIDATION_CONTEXT = 4;

/** Whether a secret may contain a key: all kinds may, except trusted authorities. An undecodable one counts as a key. */
export function mayHoldKey({ any }: Resource): boolean {
  try {
    return fieldsOf(any).some(
      ([field, value]) =>
        field === ANY_VALUE &&
        fieldsOf(value).some(([inner]) => inner !== SECRET_NAME && inner !== SECRET_VALIDATION_CONTEXT),
    );
  } catch {
    return true;
  }
}

/** Returns the resources without secrets that may hold a key, and the names of these. The type stays, even if it is empty then. */
export function withoutPrivateKeys(types: ResourcesByType): {
  readonly types: ResourcesByType;
  readonly removed: readonly string[];
} {
  const secrets = types.get(SECRET);
  const removed = [...(secrets?.values() ?? [])].filter(mayHoldKey).map(({ name }) => name);
  if (secrets === undefined || removed.length === 0) return { types, removed };
  const left = new Map(secrets);
  for (const name of removed) left.delete(name);
  return { types: new Map(types).set(SECRET, left), removed };
}

/** Returns the fields of a message that are messages or strings. Throws on malformed bytes. */
function fieldsOf(message: Uint8Array): readonly (readonly [field: number, value: Uint8Array])[] {
  const fields: (readonly [number, Uint8Array])[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) fields.push([field, reader.bytes()]);
    else reader.skip(wireType, field);
  }
  return fields;
}
