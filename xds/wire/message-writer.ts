import { writeHead, varintSize } from './wire-fields.ts';

/** A place that is longer than this is not used again, in bytes. */
export const MOST_KEPT = 1024 * 1024;

/**
 * Writes a message field by field, where the one before it stood. Length-delimited fields alone, with numbers below 16. A response
 * a stream is made for each change, and buffers for its fields would cost more than their bytes.
 */
export class MessageWriter {
  #page: Buffer = Buffer.alloc(0);
  #length = 0;

  /** How long the message is so far, in bytes. */
  get length(): number {
    return this.#length;
  }

  /** Begins a message anew, or goes back to where it was so long. */
  backTo(length: number): void {
    if (length === 0 && this.#page.length > MOST_KEPT) this.#page = Buffer.alloc(0);
    this.#length = length;
  }

  /** A string field; nothing for the empty string, as proto3 has it. */
  string(field: number, value: string): void {
    const length = Buffer.byteLength(value);
    if (length === 0) return;
    this.head(field, length);
    this.#page.write(value, this.#length);
    this.#length += length;
  }

  /** A bytes or message field. */
  bytes(field: number, value: Uint8Array): void {
    this.head(field, value.length);
    this.#page.set(value, this.#length);
    this.#length += value.length;
  }

  /** The head of a message field whose content, of so many bytes, comes next. */
  head(field: number, length: number): void {
    const head = 1 + varintSize(length);
    this.#makeRoom(head + length);
    writeHead(this.#page, this.#length, field, length);
    this.#length += head;
  }

  /** The message. Its bytes stand until something else is written. */
  written(): Buffer {
    return this.#page.subarray(0, this.#length);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#page.length) return;
    const page = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(needed)));
    this.#page.copy(page, 0, 0, this.#length);
    this.#page = page;
  }
}

/** How many bytes a string field takes. */
export function stringSize(value: string): number {
  const length = Buffer.byteLength(value);
  return length === 0 ? 0 : 1 + varintSize(length) + length;
}

/** How many bytes a bytes or message field takes. */
export function bytesSize({ length }: Uint8Array): number {
  return 1 + varintSize(length) + length;
}
