import { useEffect, useState } from 'preact/hooks';
import { CallError } from '../api/call.ts';
import type { Loaded } from '../state/state.ts';

/** Reads a value when `key` changes, and returns the latest one. An old value of the same `subject` stays until the new one has arrived. */
export function useLoaded<T>(subject: string, key: string, read: () => Promise<T>): Loaded<T> {
  const [found, setFound] = useState<{ subject: string; value: Loaded<T> }>({
    subject,
    value: { state: 'loading' },
  });
  useEffect(() => {
    let current = true;
    const take = (value: Loaded<T>): void => {
      if (current) setFound({ subject, value });
    };
    read().then(
      (value) => take({ state: 'ready', value }),
      (error: unknown) => {
        const { message, code } =
          error instanceof CallError ? error : { message: String(error), code: 'fault' };
        take({ state: 'failed', message, code });
      },
    );
    return () => {
      current = false;
    };
  }, [subject, key]);
  return found.subject === subject ? found.value : { state: 'loading' };
}
