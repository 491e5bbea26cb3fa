import { MessageWriter, MOST_KEPT } from './message-writer.ts';
import type { Response } from './request.ts';
import type { TtlForm } from '../protocol/ttl.ts';

/** Puts responses together in one place, one after the other. */
export type ResponsePage = {
  /**
   * The bytes of a response, which stand until the next is written. `body` writes its fields, all but the nonce's; it is not
   * called for a response that differs from the one before in nothing but its nonce, as those to the streams of one virtual
   * node do.
   */
  write(response: Response, form: TtlForm | undefined, body: (writer: MessageWriter) => void): Buffer;
};

/** The nonce's number in the responses of both variants. */
const NONCE = 5;

/** Takes no memory before its first response, and no more than a mebibyte after it. */
export function createResponsePage(): ResponsePage {
  const writer = new MessageWriter();
  let bodyLength = 0;
  let last: Response | undefined;
  let lastForm: TtlForm | undefined;

  return {
    write(response, form, body) {
      if (last === undefined || form !== lastForm || !isSame(response, last)) {
        last = undefined;
        writer.backTo(0);
        body(writer);
        bodyLength = writer.length;
        last = response;
        lastForm = form;
      }
      writer.backTo(bodyLength);
      writer.string(NONCE, response.nonce);
      const bytes = writer.written();
      if (bytes.length > MOST_KEPT) {
        last = undefined;
        writer.backTo(0);
      }
      return bytes;
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
