import type { Socket } from 'node:net';
import type { HostPort } from '../../common/host-port.ts';
import { readProxyHeader } from './proxy-header.ts';

/** What became of it: whom the connection really comes from (undefined: from the balancer itself), or why it cannot be used. */
export type HeaderOutcome = { readonly from: HostPort | undefined } | { readonly refusal: string };

/**
 * Takes the header of a balancer from a connection, and not a byte more. `done` is not called where the connection is closed
 * before it is there. `limitMs`: how long it may take.
 */
export function takeProxyHeader(
  socket: Socket,
  limitMs: number,
  done: (outcome: HeaderOutcome) => void,
): void {
  let read = Buffer.alloc(0);
  const timer = setTimeout(
    () => finish({ refusal: `it did not come in ${limitMs / 1000} s` }),
    limitMs,
  ).unref();

  function finish(outcome: HeaderOutcome): void {
    clearTimeout(timer);
    socket.off('readable', look);
    socket.off('close', stop);
    done(outcome);
  }

  function look(): void {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    read = Buffer.concat([read, chunk]);
    const header = readProxyHeader(read);
    if (header.kind === 'part') return;
    if (header.kind === 'wrong') return finish({ refusal: header.reason });
    const rest = read.subarray(header.length);
    if (rest.length > 0) socket.unshift(rest);
    finish({ from: header.from });
  }

  function stop(): void {
    clearTimeout(timer);
  }

  socket.on('readable', look);
  socket.once('close', stop);
}
