/** Returns a choice that the browser remembers, if it is still one; else the default. */
export function remembered<T extends string>(name: string, standard: T): T {
  try {
    return (localStorage.getItem(`daybreak.${name}`) as T | null) ?? standard;
  } catch {
    // Without storage, nothing is remembered.
    return standard;
  }
}

/** Remembers a choice. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`daybreak.${name}`, value);
  } catch {
    // Without storage, nothing is remembered.
  }
}
