import { writeHead, varintSize } from './wire-fields.ts';

/** The largest buffer that is reused, in bytes. */
export const MOST_KEPT = 1024 * 1024;

/**
 * Writes messages field by field into one reused buffer. Supports only length-delimited fields with numbers below 16. Each change
 * makes one response per stream, and a buffer per field would cost more than its bytes.
 */
export class MessageWriter {
  #page: Buffer = Buffer.alloc(0);
  #length = 0;

  /** The length of the message so far, in bytes. */
  get length(): number {
    return this.#length;
  }

  /** Truncates the message to `length` bytes; 0 starts a new one. */
  backTo(length: number): void {
    if (length === 0 && this.#page.length > MOST_KEPT) this.#page = Buffer.alloc(0);
    this.#length = length;
  }

  /** Writes a string field; nothing for the empty string, as in proto3. */
  string(field: number, value: string): void {
    const length = Buffer.byteLength(value);
    if (length === 0) return;
    this.head(field, length);
    this.#page.write(value, this.#length);
    this.#length += length;
  }

  /** Writes a bytes or message field. */
  bytes(field: number, value: Uint8Array): void {
    this.head(field, value.length);
    this.#page.set(value, this.#length);
    this.#length += value.length;
  }

  /** Writes the head of a message field whose content of `length` bytes follows. */
  head(field: number, length: number): void {
    const head = 1 + varintSize(length);
    this.#makeRoom(head + length);
    writeHead(this.#page, this.#length, field, length);
    this.#length += head;
  }

  /** Returns the message. Its bytes are valid until the next write. */
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

/** Returns the size of a string field in bytes. */
export function stringSize(value: string): number {
  const length = Buffer.byteLength(value);
  return length === 0 ? 0 : 1 + varintSize(length) + length;
}

/** Returns the size of a bytes or message field in bytes. */
export function bytesSize({ length }: Uint8Array): number {
  return 1 + varintSize(length) + length;
}
