/** What a person answered: `--parameter`, and the files of `--parameters-file`. */
export type Answers = {
  /**
   * The answer to a key, for a file. `FILE:KEY` goes before `KEY`, so that two templates may have one parameter with two
   * values; FILE is the file's path, or the end of it from some folder on.
   */
  readonly take: (key: string, file?: string) => string | undefined;
  /** The answers that were never taken: their names may have been misspelt. */
  readonly unused: () => readonly string[];
};

/** Answers from pairs of a key and a value; of a key that comes twice, the later counts. */
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
