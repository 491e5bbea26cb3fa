import { useEffect, useState } from 'preact/hooks';
import { CallError } from '../api/call.ts';
import type { Loaded } from '../state/state.ts';

/** How long to wait for a control plane that does not answer, in milliseconds. */
const AGAIN_MS = 2000;

/**
 * Reads a value when `key` changes, and returns the latest one. An old value of the same `subject` stays until the new one has arrived. While the control
 * plane does not answer, it tries again.
 */
export function useLoaded<T>(subject: string, key: string, read: () => Promise<T>): Loaded<T> {
  const [found, setFound] = useState<{ subject: string; value: Loaded<T> }>({
    subject,
    value: { state: 'loading' },
  });
  useEffect(() => {
    let current = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    const take = (value: Loaded<T>): void => {
      if (!current) return;
      // A control plane that is away takes nothing from the page.
      setFound((old) =>
        value.state === 'failed' &&
        value.code === 'away' &&
        old.subject === subject &&
        old.value.state === 'ready'
          ? old
          : { subject, value },
      );
    };
    const attempt = (): void => {
      read().then(
        (value) => take({ state: 'ready', value }),
        (error: unknown) => {
          const { message, code } =
            error instanceof CallError ? error : { message: String(error), code: 'fault' };
          take({ state: 'failed', message, code });
          if (current && code === 'away') again = setTimeout(attempt, AGAIN_MS);
        },
      );
    };
    attempt();
    return () => {
      current = false;
      clearTimeout(again);
    };
  }, [subject, key]);
  return found.subject === subject ? found.value : { state: 'loading' };
}
