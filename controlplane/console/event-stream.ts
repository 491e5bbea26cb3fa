import type { ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from './security-headers.ts';

/** One reader of server-sent events. */
export type EventStream = {
  /** Sends an event. Ends a reader that does not read. */
  readonly send: (event: string, data: object) => void;
  /** Sends a comment, to keep the connection open. */
  readonly beat: () => void;
  readonly end: () => void;
};

/** The maximum number of bytes that wait for a reader. */
const MOST_WAITING = 1024 * 1024;

/** Begins the response (https://html.spec.whatwg.org/multipage/server-sent-events.html). `id`: the request's id. */
export function beginEvents(response: ServerResponse, id: string): EventStream {
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-amzn-RequestId': id,
    // A proxy in front must not wait for the end.
    'x-accel-buffering': 'no',
  });
  const write = (text: string): void => {
    if (response.writableEnded || response.destroyed) return;
    if (response.writableLength > MOST_WAITING) response.destroy();
    else response.write(text);
  };
  write('retry: 2000\n\n');
  return {
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    beat: () => write(':\n\n'),
    end: () => void response.end(),
  };
}
