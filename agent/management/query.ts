/** The parameters of a query, each with its first value, or why the query cannot be parsed. */
export type Query = { readonly values: ReadonlyMap<string, string> } | { readonly problem: string };

/**
 * Parses the query of a request, `search`, as Go's `url.ParseQuery` does, which App Mesh's agent used: unlike `URLSearchParams`, it
 * rejects semicolons and malformed escapes.
 */
export function parseQuery(search: string): Query {
  const values = new Map<string, string>();
  for (const pair of search.replace(/^\?/, '').split('&')) {
    if (pair === '') continue;
    if (pair.includes(';')) return { problem: 'invalid semicolon separator in query' };
    const [escape] = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(pair) ?? [];
    if (escape !== undefined) return { problem: `invalid URL escape "${escape}"` };
    const [name = '', ...rest] = pair.split('=');
    const key = unescaped(name);
    if (!values.has(key)) values.set(key, unescaped(rest.join('=')));
  }
  return { values };
}

/** Decodes escapes. Bytes that are not UTF-8 become replacement characters, which occur in no parameter. */
function unescaped(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
