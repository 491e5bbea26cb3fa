import { isObject } from '../../../../common/is-object.ts';
import type { Path } from '../../place.ts';
import { attribute, reference } from '../names.ts';
import { fault, type Stack, type TemplateFunction } from '../stack.ts';
import { combine, show, textOf, type Value } from '../value.ts';

/** `Fn::Sub`: a text with `${NAME}`, `${RESOURCE.ATTRIBUTE}` and `${!LITERAL}`, alone or with a map of further names. */
export const sub: TemplateFunction = (stack, argument, path) => {
  const list = Array.isArray(argument);
  const [text, own] = (list ? argument : [argument, {}]) as readonly unknown[];
  if (typeof text !== 'string' || !isObject(own ?? {})) {
    return fault(stack, path, `Fn::Sub takes a text, or a list of a text and a map; got ${show(argument)}`);
  }
  const at = list ? [...path, 0] : path;
  const names = isObject(own) ? own : {};
  const parts = partsOf(text).map((part) =>
    'literal' in part
      ? part.literal
      : Object.hasOwn(names, part.name)
        ? stack.evaluate(names[part.name], [...path, 1, part.name])
        : named(stack, part.name, at),
  );
  return combine(parts, () => {
    const texts = parts.map(textOf);
    if (!texts.includes(undefined)) return stack.evaluate(texts.join(''), at);
    return fault(stack, at, `Fn::Sub takes texts; got ${show(parts[texts.indexOf(undefined)])}`);
  });
};

type Part = { readonly literal: string } | { readonly name: string };

function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{(!?)([^}]*)\}/g)) {
    const [whole, literal, name = ''] = match;
    parts.push({ literal: text.slice(end, match.index) });
    parts.push(literal === '!' ? { literal: `\${${name}}` } : { name: name.trim() });
    end = match.index + whole.length;
  }
  return [...parts, { literal: text.slice(end) }];
}

function named(stack: Stack, name: string, path: Path): Value {
  const dot = name.indexOf('.');
  const value =
    dot === -1
      ? reference(stack, name, path)
      : attribute(stack, name.slice(0, dot), name.slice(dot + 1), path);
  // A list parameter is written with commas, as it was given.
  return Array.isArray(value) ? value.join(',') : value;
}
