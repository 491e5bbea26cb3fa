/** A block of a provider's schema, as in `terraform providers schema -json`. */
export type SchemaBlock = {
  readonly attributes?: Readonly<Record<string, SchemaAttribute>>;
  readonly block_types?: Readonly<Record<string, { readonly block: SchemaBlock }>>;
};

export type SchemaAttribute = {
  readonly type?: unknown;
  readonly required?: boolean;
  readonly optional?: boolean;
};

/** The schemas of resource types, by their names in a configuration: `aws_appmesh_mesh`. */
export type Schemas = Readonly<Record<string, { readonly block: SchemaBlock }>>;

/** A block in a configuration. */
export type Block = { readonly [name: string]: unknown };

/** Returns every attribute that a configuration can set, by its path: `spec.listener.port_mapping.port`. */
export function attributePaths(block: SchemaBlock, path = ''): readonly string[] {
  const own = Object.entries(block.attributes ?? {})
    .filter(([, { required, optional }]) => required === true || optional === true)
    .map(([name]) => `${path}${name}`);
  const inner = Object.entries(block.block_types ?? {}).flatMap(([name, type]) =>
    attributePaths(type.block, `${path}${name}.`),
  );
  return [...own, ...inner];
}

/** Returns the attributes that a block sets, by their paths. */
export function setPaths(schema: SchemaBlock, block: Block, path = ''): readonly string[] {
  return Object.entries(block).flatMap(([name, value]) => {
    const inner = schema.block_types?.[name];
    if (inner === undefined) return [`${path}${name}`];
    return (value as readonly Block[]).flatMap((each) => setPaths(inner.block, each, `${path}${name}.`));
  });
}

/**
 * Converts a specification of the API to a block: names in snake case, and list names in the singular. Omits members that the schema does not have.
 */
export function blockOf(schema: SchemaBlock, spec: object): Block {
  const members = Object.entries(spec).flatMap(([member, value]): readonly (readonly [string, unknown])[] => {
    const name = [snake(member), snake(member).replace(/s$/, '')].find(
      (each) => schema.attributes?.[each] !== undefined || schema.block_types?.[each] !== undefined,
    );
    if (name === undefined) return [];
    const inner = schema.block_types?.[name];
    if (inner === undefined) return [[name, attributeOf(schema.attributes?.[name], value)]];
    const blocks = (Array.isArray(value) ? value : [value]) as readonly object[];
    return [[name, blocks.map((each) => blockOf(inner.block, each))]];
  });
  return Object.fromEntries(members);
}

// A map is a list of keys and values in the API.
function attributeOf(attribute: SchemaAttribute | undefined, value: unknown): unknown {
  if (!Array.isArray(attribute?.type) || attribute.type[0] !== 'map') return value;
  const pairs = value as readonly { readonly key: string; readonly value: string }[];
  return Object.fromEntries(pairs.map((pair) => [pair.key, pair.value]));
}

function snake(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
