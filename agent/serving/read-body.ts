import type { IncomingMessage } from 'node:http';

/** The body of a request is longer than its reader takes. */
export class BodyTooLongError extends Error {
  constructor(mostBytes: number) {
    super(`a request has at most ${mostBytes} bytes`);
    this.name = 'BodyTooLongError';
  }
}

/**
 * Reads the body of a request. After an error, the server can still answer.
 * @throws BodyTooLongError if the body has more than `mostBytes`
 * @throws Error if the client ends the connection
 */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > mostBytes) throw new BodyTooLongError(mostBytes);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
