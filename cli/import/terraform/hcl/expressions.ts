/** A part of an HCL template string: a literal, or an expression. */
export type TemplatePart = { readonly literal: string } | { readonly expression: string };

/** Splits a template string, such as `web-${var.name}`, into its parts. `$${` is an escaped `${`. */
export function partsOf(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  for (let at = 0; at < text.length; ) {
    if (text.startsWith('$${', at) || text.startsWith('%%{', at)) {
      literal += text.slice(at + 1, at + 3);
      at += 3;
    } else if (text.startsWith('${', at) || text.startsWith('%{', at)) {
      const end = endOf(text, at + 2);
      if (literal !== '') parts.push({ literal });
      literal = '';
      parts.push({ expression: text[at] === '%' ? text.slice(at, end) : text.slice(at + 2, end - 1).trim() });
      at = end;
    } else {
      literal += text[at];
      at += 1;
    }
  }
  return literal === '' ? parts : [...parts, { literal }];
}

// Returns the offset after the closing brace. Braces in quoted texts do not count.
function endOf(text: string, start: number): number {
  let depth = 1;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' && quoted) at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') depth += 1;
    else if (!quoted && character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** Returns the steps of a reference, such as `local.ports["web"][0]`; undefined for any other expression. */
export function referenceIn(expression: string): readonly (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  const token = /(^|\.)([A-Za-z_][\w-]*)|\.(\d+)|\[\s*(\d+)\s*\]|\[\s*"([^"$\\]*)"\s*\]/y;
  while (token.lastIndex < expression.length) {
    const match = token.exec(expression);
    if (match === null) return undefined;
    const [, , name, dotted, index, key] = match;
    steps.push(name ?? key ?? Number(dotted ?? index));
  }
  return steps.length > 1 ? steps : undefined;
}

/** Returns the value of a literal; undefined for any other expression. */
export function literalIn(expression: string): { readonly value: unknown } | undefined {
  if (/^-?\d+(?:\.\d+)?$/.test(expression)) return { value: Number(expression) };
  if (expression === 'true' || expression === 'false') return { value: expression === 'true' };
  if (expression === 'null') return { value: null };
  const text = /^"([^"$%\\]*)"$/.exec(expression)?.[1];
  return text === undefined ? undefined : { value: text };
}
