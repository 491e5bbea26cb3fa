import { useEffect, useRef } from 'preact/hooks';

/** A question of a view to the control plane, which the next one replaces, and which ends with the view. */
export type Question = {
  /** Stops the question before, and returns the signal of the next one. */
  readonly next: () => AbortSignal;
  readonly stop: () => void;
};

/** Keeps the question of a view. */
export function useQuestion(): Question {
  const current = useRef<AbortController>(undefined);
  const stop = (): void => current.current?.abort();
  useEffect(() => stop, []);
  return {
    next() {
      stop();
      current.current = new AbortController();
      return current.current.signal;
    },
    stop,
  };
}
