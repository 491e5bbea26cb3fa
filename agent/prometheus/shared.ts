/** Returns a function that does not begin its work again before it has ended: callers until then share the result. */
export function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= work().finally(() => void (pending = undefined));
    return pending;
  };
}
