import type { IncomingMessage } from 'node:http';

/**
 * Reads the body of a request. After an error, the server can still answer.
 * @throws Error if the body has more than `mostBytes`, or the client ends the connection
 */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > mostBytes) throw new Error(`a request has at most ${mostBytes} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
