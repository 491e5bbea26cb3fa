/** A set of names that takes no memory while it is empty, as it nearly always is: each stream has a dozen such sets. */
export class NameSet implements Iterable<string> {
  #names: Set<string> | undefined;

  get size(): number {
    return this.#names?.size ?? 0;
  }

  has(name: string): boolean {
    return this.#names?.has(name) === true;
  }

  add(name: string): void {
    this.#names ??= new Set();
    this.#names.add(name);
  }

  /** Returns whether the set had the name. */
  delete(name: string): boolean {
    if (this.#names?.delete(name) !== true) return false;
    if (this.#names.size === 0) this.#names = undefined;
    return true;
  }

  clear(): void {
    this.#names = undefined;
  }

  [Symbol.iterator](): Iterator<string> {
    return (this.#names ?? []).values();
  }
}
