import type { CollectionTag, ScalarTag } from 'yaml';
import type { Config } from './merge.ts';
import { errorText } from '../../common/error-text.ts';

/** Fields of a file, in its order, or why the text is no such file. */
export type ParsedConfig = { readonly config: Config } | { readonly problem: string };

/** Tags of YAML 1.1 that App Mesh's agent did not have: texts such as `10:30` and `2026-01-01` stay texts. */
const LEFT_OUT = /timestamp|binary|omap|pairs|set$/;

/**
 * Parses YAML or JSON: the first document, after which only empty ones may follow, as after a closing `---`. Like App Mesh's agent, it reads YAML 1.1:
 * `on` and `yes` are booleans, and `0600` is octal. Loads the parser only when there is a file, because it takes memory.
 */
export async function parseConfig(text: string): Promise<ParsedConfig> {
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !isLeftOut(tag)),
  });
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) return { problem: error.message.trimEnd().split('\n')[0] ?? error.code };
  const [document, ...others] = documents;
  if (document === undefined) return { config: {} };
  let value: unknown;
  try {
    // The number of aliases is bounded: few of them can make a text of gigabytes.
    const [first, ...rest] = [document, ...others].map(
      (each) => each.toJS({ maxAliasCount: 100 }) as unknown,
    );
    if (rest.some((each) => each !== null))
      return { problem: 'the file has several documents; one is required' };
    value = first;
    JSON.stringify(value, (name, part: unknown) => finite(name, part));
  } catch (cause) {
    return { problem: errorText(cause) };
  }
  if (value === null || value === undefined) return { config: {} };
  if (typeof value !== 'object' || Array.isArray(value)) {
    return { problem: 'the fields of a bootstrap are required at the top' };
  }
  return { config: value as Config };
}

function isLeftOut(tag: ScalarTag | CollectionTag): boolean {
  return tag.format === 'TIME' || LEFT_OUT.test(tag.tag);
}

function finite(name: string, part: unknown): unknown {
  if (typeof part === 'number' && !Number.isFinite(part))
    throw new Error(`${name}: ${part} is not a number in JSON`);
  return part;
}
