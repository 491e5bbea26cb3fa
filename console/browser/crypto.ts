// Stands in for `node:crypto` in the browser, for the labels of exports (`cli/export/forms/labels.ts`): they need a text that tells names apart
// at once, and a browser hashes only later. It is no protection of anything.

/** Creates a hash of 64 bits of a text (FNV-1a, twice). */
export function createHash(_algorithm: string): { update(text: string): { digest(form: string): string } } {
  return {
    update: (text) => ({ digest: () => `${hash(text, 0x811c9dc5)}${hash(text, 0x01234567)}` }),
  };
}

function hash(text: string, start: number): string {
  let value = start;
  for (let at = 0; at < text.length; at++) {
    // oxlint-disable-next-line no-bitwise -- the definition of the hash
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return value.toString(16).padStart(8, '0');
}
