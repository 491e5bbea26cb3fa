/** Work that several callers ask for at once, and which is done once. */
export type SharedQuestions<T> = {
  /** Returns the answer to a question that is being answered, or begins to. Undefined: too many different questions are being answered. */
  readonly answer: (key: string, work: () => Promise<T>) => Promise<T> | undefined;
};

/** Creates the table without questions. `most`: different questions at once. */
export function createSharedQuestions<T>(most: number): SharedQuestions<T> {
  const answers = new Map<string, Promise<T>>();
  return {
    answer(key, work) {
      const known = answers.get(key);
      if (known !== undefined || answers.size >= most) return known;
      const answer = work().finally(() => answers.delete(key));
      answers.set(key, answer);
      return answer;
    },
  };
}
