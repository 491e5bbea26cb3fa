import { isObject } from '../../../../common/is-object.ts';
import { Open } from '../../source.ts';
import { evaluateExpression } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { Lazy, UNKNOWN } from './lazy.ts';
import { NO_BINDINGS } from './repetition.ts';

/**
 * Returns the value of a variable with the attributes that its type declares as optional: their default, or null (Terraform language,
 * "Optional Object Type Attributes"). Types are not checked or converted otherwise.
 */
export function withOptionalAttributes(value: unknown, type: Expression): unknown {
  if (type.kind !== 'call' || value instanceof Open || value instanceof Lazy) return value;
  const [inner] = type.args;
  if (inner === undefined) return value;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (type.name === 'list' || type.name === 'set')
      return items.map((each) => withOptionalAttributes(each, inner));
    return type.name === 'tuple' && inner.kind === 'tuple'
      ? items.map((each, index) => withOptionalAttributes(each, inner.items[index] ?? ANY))
      : value;
  }
  if (!isObject(value)) return value;
  if (type.name === 'map')
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, withOptionalAttributes(part, inner)]),
    );
  return type.name === 'object' && inner.kind === 'object' ? attributesOf(value, inner) : value;
}

const ANY: Expression = { kind: 'reference', steps: ['any'] };

function attributesOf(
  value: Readonly<Record<string, unknown>>,
  { members }: Extract<Expression, { readonly kind: 'object' }>,
): Readonly<Record<string, unknown>> {
  const declared = members.flatMap(([key, type]) =>
    key.kind === 'literal' ? attributeOf(String(key.value), type, value) : [],
  );
  return { ...value, ...Object.fromEntries(declared) };
}

function attributeOf(
  name: string,
  type: Expression,
  value: Readonly<Record<string, unknown>>,
): readonly (readonly [string, unknown])[] {
  const given = value[name];
  if (type.kind !== 'call' || type.name !== 'optional')
    return name in value ? [[name, withOptionalAttributes(given, type)]] : [];
  const [inner = ANY, fallback] = type.args;
  if (given !== undefined && given !== null) return [[name, withOptionalAttributes(given, inner)]];
  if (fallback === undefined) return [[name, null]];
  const other = evaluateExpression(fallback, () => UNKNOWN, NO_BINDINGS);
  return [[name, withOptionalAttributes(other, inner)]];
}
