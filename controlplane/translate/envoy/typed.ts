import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack, type Any } from '@bufbuild/protobuf/wkt';

/** Wraps a message in the `Any` of an extension point. */
export function typed<D extends DescMessage>(schema: D, init: MessageInitShape<D>): Any {
  return anyPack(schema, create(schema, init));
}

/** A named extension with its configuration. */
export type Extension = { name: string; configType: { case: 'typedConfig'; value: Any } };

/** Returns an extension. Envoy no longer looks extensions up by name alone, so each one has a configuration. */
export function extension<D extends DescMessage>(
  name: string,
  schema: D,
  init: MessageInitShape<D>,
): Extension {
  return { name, configType: { case: 'typedConfig', value: typed(schema, init) } };
}
