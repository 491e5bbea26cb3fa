import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack, type Any } from '@bufbuild/protobuf/wkt';

/** A message in the envelope that extension points take. */
export function typed<D extends DescMessage>(schema: D, init: MessageInitShape<D>): Any {
  return anyPack(schema, create(schema, init));
}

/** A named extension with its configuration. */
export type Extension = { name: string; configType: { case: 'typedConfig'; value: Any } };

/** Makes one. Every one has its configuration, because lookup by name alone is gone from Envoy. */
export function extension<D extends DescMessage>(
  name: string,
  schema: D,
  init: MessageInitShape<D>,
): Extension {
  return { name, configType: { case: 'typedConfig', value: typed(schema, init) } };
}
