import { CommandError } from '../../errors.ts';

/**
 * Decodes a file: UTF-8, or UTF-16 if it begins with a byte order mark, as PowerShell's `>` writes it. Strips the mark.
 * @throws CommandError for invalid bytes
 */
export function decode(file: string, bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CommandError(`${file} is not valid ${encoding.toUpperCase()}`, { cause: error });
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
