import { MessageWriter, MOST_KEPT } from './message-writer.ts';
import type { Response } from './request.ts';
import type { TtlForm } from '../protocol/ttl.ts';

/** Encodes responses into one reused buffer, one after the other. */
export type ResponsePage = {
  /**
   * Returns the bytes of a response, valid until the next write. `body` writes all fields but the nonce. It is not called for a
   * response that differs from the one before only in its nonce, as the responses to the streams of one virtual node do. If the nonce is
   * the same too, it returns the same object.
   */
  write(response: Response, form: TtlForm | undefined, body: (writer: MessageWriter) => void): Buffer;
};

/** The field number of the nonce, the same in both variants. */
const NONCE = 5;

/** Creates a page. It holds no memory before its first response, and at most a mebibyte afterwards. */
export function createResponsePage(): ResponsePage {
  const writer = new MessageWriter();
  let bodyLength = 0;
  let last: Response | undefined;
  let lastForm: TtlForm | undefined;
  let lastBytes: Buffer | undefined;

  return {
    write(response, form, body) {
      if (last === undefined || form !== lastForm || !isSame(response, last)) {
        last = undefined;
        lastBytes = undefined;
        writer.backTo(0);
        body(writer);
        bodyLength = writer.length;
        lastForm = form;
      } else if (response.nonce === last.nonce && lastBytes !== undefined) return lastBytes;
      last = response;
      writer.backTo(bodyLength);
      writer.string(NONCE, response.nonce);
      const bytes = writer.written();
      lastBytes = bytes;
      if (bytes.length > MOST_KEPT) {
        last = undefined;
        lastBytes = undefined;
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
