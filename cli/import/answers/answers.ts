/** The answers of `--parameter` and `--parameters-file`. */
export type Answers = {
  /**
   * Returns the answer to a key, for a file. `FILE:KEY` overrides `KEY`, so that a parameter may have a value per template;
   * FILE is the file's path, or the end of the path from some folder on.
   */
  readonly take: (key: string, file?: string) => string | undefined;
  /** Returns the keys of answers that no source took; they may be misspelt. */
  readonly unused: () => readonly string[];
};

/** Creates answers from pairs of a key and a value. A later pair overrides an earlier one with the same key. */
export function createAnswers(pairs: readonly (readonly [string, string])[]): Answers {
  const values = new Map(pairs);
  const used = new Set<string>();
  const look = (key: string): string | undefined => {
    const value = values.get(key);
    if (value !== undefined) used.add(key);
    return value;
  };
  return {
    take: (key, file) => {
      for (const end of file === undefined ? [] : endsOf(file)) {
        const value = look(`${end}:${key}`);
        if (value !== undefined) return value;
      }
      return look(key);
    },
    unused: () => [...values.keys()].filter((key) => !used.has(key)),
  };
}

// `a/b/c.yaml`, `b/c.yaml`, `c.yaml`.
function endsOf(file: string): readonly string[] {
  const steps = file.split('/');
  return steps.map((_, index) => steps.slice(index).join('/'));
}
