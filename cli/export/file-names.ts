import { createHash } from 'node:crypto';
import type { ResourceKey } from '../resources/key.ts';

/** The most characters that a name is given within a file name: file systems take 255 bytes. */
const LONGEST = 150;

/**
 * File names for documents, in their order, none twice, not even on a file system that ignores case: the kind, then the
 * names, `route.router+all.yaml`. What is not a plain letter, digit, `.`, `_` or `-` is escaped as in a URL.
 */
export function fileNames(keys: readonly ResourceKey[], extension: string): readonly string[] {
  const taken = new Set<string>();
  return keys.map((key) => {
    const base = baseName(key);
    let name = base;
    for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${base}~${count}`;
    taken.add(name.toLowerCase());
    return `${name}.${extension}`;
  });
}

function baseName({ kind, parent, name }: ResourceKey): string {
  const names = [parent, name]
    .filter((part) => part !== '')
    .map(escapeName)
    .join('+');
  return `${kind}.${shorten(names)}`;
}

/** A text that is too long for a file's name, cut, with a hash of it. */
export function shorten(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}~${hash}` : text;
}

/** A name with everything escaped that is no plain letter, digit, `.`, `_` or `-`, as in a URL. */
export function escapeName(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) => String.fromCharCode(byte))
    .map((character) => (/[\w.-]/.test(character) ? character : `%${hex(character)}`))
    .join('');
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
