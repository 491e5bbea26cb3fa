import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Returns all values at a path of field numbers, each of a message or a string. Throws an Error if the message is malformed. */
export function valuesAt(message: Uint8Array, [field, ...rest]: readonly number[]): readonly Uint8Array[] {
  if (field === undefined) return [message];
  const found: Uint8Array[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wireType, number);
  }
  return rest.length === 0 ? found : found.flatMap((each) => valuesAt(each, rest));
}
