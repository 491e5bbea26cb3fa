/** A file of an archive. `name`: at most 100 bytes. */
export type TarFile = { readonly name: string; readonly content: Buffer };

const BLOCK = 512;

/**
 * Creates an archive of regular files, each of mode 0600, in the format ustar (POSIX.1-1988). A bundle needs so little of tar that a
 * library would be larger than this file.
 */
export function makeTar(files: readonly TarFile[], mtime: Date): Buffer {
  const blocks = files.flatMap(({ name, content }) => [
    header(name, content.length, mtime),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number, mtime: Date): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): number =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  block.write(name, 0, 100);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(mtime.getTime() / 1000), 136, 12);
  // The checksum counts its own field as blanks.
  block.write('        0', 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
