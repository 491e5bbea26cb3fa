import { createHash } from 'node:crypto';
import type { ResourceKey } from '../resources/key.ts';

/** The most characters of a resource's name in a file name; file systems allow 255 bytes. */
const LONGEST = 150;

/**
 * Returns one file name per document, in order: the kind, then the names, e.g. `route.router+all.yaml`. File names are unique,
 * also on a file system that ignores case. Characters other than ASCII letters, digits, `.`, `_` and `-` are escaped as in a URL.
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

/** Shortens a text that is too long for a file name, and appends a hash of the whole text. */
export function shorten(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}~${hash}` : text;
}

/** Escapes all characters but ASCII letters, digits, `.`, `_` and `-` as in a URL. */
export function escapeName(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) => String.fromCharCode(byte))
    .map((character) => (/[\w.-]/.test(character) ? character : `%${hex(character)}`))
    .join('');
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
