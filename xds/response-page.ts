import type { Response } from './request.ts';
import type { TtlForm } from './ttl.ts';
import { concatenate, stringField } from './wire-fields.ts';

/** Puts responses together in one place, one after the other. */
export type ResponsePage = {
  /**
   * The bytes of a response, which stand until the next is written. `body` makes its fields, all but the nonce's; it is not
   * called for a response that differs from the one before in nothing but its nonce, as those to the streams of one virtual
   * node do.
   */
  write(response: Response, form: TtlForm | undefined, body: () => readonly Uint8Array[]): Buffer;
};

/** The nonce's number in the responses of both variants. */
const NONCE = 5;

/** Of a stream's responses, counted, with the field's head. */
const LONGEST_NONCE = 2 + String(Number.MAX_SAFE_INTEGER).length;

/** What is longer is not kept, in bytes. */
const LONGEST = 1024 * 1024;

/** Takes no memory before its first response, and no more than a mebibyte after it. */
export function createResponsePage(): ResponsePage {
  let page = Buffer.alloc(0);
  let bodyLength = 0;
  let last: Response | undefined;
  let lastForm: TtlForm | undefined;

  function put(fields: readonly Uint8Array[], length: number): void {
    if (page.length < length) page = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
    let at = 0;
    for (const field of fields) {
      page.set(field, at);
      at += field.length;
    }
  }

  return {
    write(response, form, body) {
      const nonce = stringField(NONCE, response.nonce);
      if (last === undefined || form !== lastForm || !isSame(response, last)) {
        last = undefined;
        const fields = body();
        bodyLength = fields.reduce((sum, { length }) => sum + length, 0);
        const length = bodyLength + LONGEST_NONCE;
        if (length > LONGEST) return concatenate([...fields, nonce]);
        put(fields, length);
        last = response;
        lastForm = form;
      }
      page.set(nonce, bodyLength);
      return page.subarray(0, bodyLength + nonce.length);
    },
  };
}

function isSame(one: Response, other: Response): boolean {
  return (
    one.version === other.version &&
    one.typeUrl === other.typeUrl &&
    areSame(one.resources, other.resources) &&
    areSame(one.removed, other.removed)
  );
}

function areSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
