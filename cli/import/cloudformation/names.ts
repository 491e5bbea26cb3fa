import type { Path } from '../place.ts';
import { parameterValue } from './parameters.ts';
import { isPseudo, pseudoParameter } from './pseudo.ts';
import { resourceAttribute, resourceReference } from './attributes.ts';
import { fault, type Stack } from './stack.ts';
import { resourceNamed } from './template.ts';
import type { Value } from './value.ts';

/** Returns the value of a name in a `Ref` or `${NAME}`. */
export function reference(stack: Stack, name: string, path: Path): Value {
  if (isPseudo(name)) return pseudoParameter(stack, name, path);
  if (Object.hasOwn(stack.template.parameters, name)) return parameterValue(stack, name);
  const resource = resourceNamed(stack.template, name);
  if (resource !== undefined) return resourceReference(stack, name, resource, path);
  return fault(stack, path, `${name} is neither a parameter nor a resource of the template`);
}

/** Returns an attribute of a resource. */
export function attribute(stack: Stack, id: string, name: string, path: Path): Value {
  const resource = resourceNamed(stack.template, id);
  if (resource !== undefined) return resourceAttribute(stack, id, resource, name, path);
  return fault(stack, path, `${id} is not a resource of the template`);
}
