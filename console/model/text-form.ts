/** The forms in which a specification is edited. */
export type TextForm = 'yaml' | 'json';

/** A specification read from a text, or the place and reason of its error. */
export type Read = { readonly spec: Readonly<Record<string, unknown>> } | { readonly error: string };

/** Writes a specification. */
export async function writeSpec(spec: unknown, form: TextForm): Promise<string> {
  const { formatValue } = await import('../../cli/resources/write-documents.ts');
  return formatValue(spec, form);
}

/** Reads a specification. An empty text is an empty specification. */
export async function readSpec(text: string, form: TextForm): Promise<Read> {
  try {
    const value: unknown = form === 'json' ? JSON.parse(text === '' ? '{}' : text) : await parseYaml(text);
    if (value === null || value === undefined) return { spec: {} };
    if (typeof value === 'object' && !Array.isArray(value)) return { spec: value as Record<string, unknown> };
    return { error: 'It has to be an object.' };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  return parse(text, { maxAliasCount: 100 });
}
