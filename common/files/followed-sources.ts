import { followFiles, type Followed, type FollowOptions } from './followed-files.ts';
import type { Source } from './source.ts';

/**
 * Reads sources, and reads them again when a file among them changes, as `followFiles` does. Texts are constant.
 * @throws Error of the first read
 */
export async function followSources<T>({
  sources,
  ...options
}: Omit<FollowOptions<T>, 'files'> & { readonly sources: readonly Source[] }): Promise<Followed<T>> {
  const files = sources.flatMap((source) => (source.kind === 'file' ? [source.path] : []));
  const read = (...contents: readonly Buffer[]): T => {
    const remaining = contents.values();
    const all = sources.map((source) =>
      source.kind === 'text' ? Buffer.from(source.text) : (remaining.next().value ?? Buffer.alloc(0)),
    );
    return options.read(...all);
  };
  if (files.length > 0) return await followFiles({ ...options, files, read });
  const value = read();
  return { current: () => value, onChange: () => () => undefined, close: () => undefined };
}
