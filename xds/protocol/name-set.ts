/** A set of names that is empty nearly always, and then takes no room: each stream has a dozen of them. */
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

  /** Answers whether it was there. */
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
