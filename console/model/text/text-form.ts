import { errorText } from '../../../common/error-text.ts';

/** The forms in which a specification is edited. */
export type TextForm = 'yaml' | 'json';

/** A specification read from a text, or the place and reason of its error in the words of the parser; undefined: it is no object. */
export type Read =
  | { readonly spec: Readonly<Record<string, unknown>> }
  | { readonly error: string | undefined };

/** Writes a specification. */
export async function writeSpec(spec: unknown, form: TextForm): Promise<string> {
  const { formatValue } = await import('./text-forms.ts');
  return formatValue(spec, form);
}

/** Reads a specification. An empty text is an empty specification. */
export async function readSpec(text: string, form: TextForm): Promise<Read> {
  try {
    const value = form === 'json' ? parseJson(text) : (await import('./text-forms.ts')).parseYaml(text);
    if (value === null || value === undefined) return { spec: {} };
    if (typeof value === 'object' && !Array.isArray(value)) return { spec: value as Record<string, unknown> };
    return { error: undefined };
  } catch (error) {
    return { error: errorText(error) };
  }
}

function parseJson(text: string): unknown {
  return JSON.parse(text === '' ? '{}' : text);
}
