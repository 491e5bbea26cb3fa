import { useState } from 'preact/hooks';

/** Texts that users have not saved yet, by the key of their editor. */
const drafts = new Map<string, unknown>();

/**
 * Returns a state that outlives its view, so that the user loses no text by a look at another page or the end of the session. `undefined` resets
 * the state.
 */
export function useDraft<T>(key: string): readonly [T | undefined, (draft: T | undefined) => void] {
  const [draft, setDraft] = useState(drafts.get(key) as T | undefined);
  return [
    draft,
    (next) => {
      if (next === undefined) drafts.delete(key);
      else drafts.set(key, next);
      setDraft(next);
    },
  ];
}
