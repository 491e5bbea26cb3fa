/** An item of a body of HCL: an attribute or a block. A body may repeat a block. */
export type HclItem =
  | { readonly attribute: string; readonly value: unknown }
  | { readonly block: string; readonly labels?: readonly string[]; readonly body: readonly HclItem[] };

/** An expression, which is written verbatim, and its value. */
export class Expression {
  readonly text: string;
  readonly value: string;

  constructor(text: string, value: string) {
    this.text = text;
    this.value = value;
  }
}

/** Formats a body as `terraform fmt` does. */
export function formatHcl(items: readonly HclItem[], indent = ''): string {
  const parts = items.map((item) => {
    if ('attribute' in item) return { name: item.attribute, text: formatExpression(item.value, indent) };
    const head = [item.block, ...(item.labels ?? []).map(quoted)].join(' ');
    if (item.body.length === 0) return `${indent}${head} {}\n`;
    return `${indent}${head} {\n${formatHcl(item.body, `${indent}  `)}${indent}}\n`;
  });
  return aligned(parts, indent).join(indent === '' ? '\n' : '');
}

type Assignment = { readonly name: string; readonly text: string };

// Aligns the equals signs of consecutive one-line assignments.
function aligned(parts: readonly (string | Assignment)[], indent: string): readonly string[] {
  const isShort = (part: string | Assignment | undefined): part is Assignment =>
    typeof part === 'object' && !part.text.includes('\n');
  return parts.map((part, index) => {
    if (typeof part === 'string') return part;
    let first = index;
    let last = index;
    while (isShort(part) && isShort(parts[first - 1])) first -= 1;
    while (isShort(part) && isShort(parts[last + 1])) last += 1;
    const row = parts.slice(first, last + 1) as readonly Assignment[];
    const width = Math.max(...row.map(({ name }) => name.length));
    return `${indent}${part.name.padEnd(width)} = ${part.text}\n`;
  });
}

function formatExpression(value: unknown, indent: string): string {
  if (value instanceof Expression) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const parts = value.map((each) => formatExpression(each, inner));
    if (parts.join(', ').length < 80) return `[${parts.join(', ')}]`;
    return `[\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}]`;
  }
  const members = Object.entries(value).map(([name, part]) => ({
    name: quoted(name),
    text: formatExpression(part, inner),
  }));
  return members.length === 0 ? '{}' : `{\n${aligned(members, inner).join('')}${indent}}`;
}

/** Quotes a text, so that no part of it is an expression. */
function quoted(text: string): string {
  const escaped = text
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`)
    .replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll(/[$%](?=\{)/g, '$&$&');
  return `"${escaped}"`;
}
