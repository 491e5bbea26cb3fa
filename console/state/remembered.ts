/** Returns a choice that the browser remembers, if it is still one; else the default. */
export function remembered<T extends string>(
  name: string,
  isChoice: (value: string) => value is T,
  standard: T,
): T {
  try {
    const value = localStorage.getItem(`daybreak.${name}`);
    return value !== null && isChoice(value) ? value : standard;
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
