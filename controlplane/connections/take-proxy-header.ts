import type { Socket } from 'node:net';
import type { HostPort } from '../../common/addresses/host-port.ts';
import { readProxyHeader } from './proxy-header.ts';

/** The client's address from the header (undefined: the balancer itself), or why the header is invalid. */
export type HeaderOutcome = { readonly from: HostPort | undefined } | { readonly refusal: string };

/**
 * Reads exactly the header of a balancer from a connection. `done` is not called if the connection closes before the header is
 * complete. `limitMs`: the time-out, in milliseconds.
 */
export function takeProxyHeader(
  socket: Socket,
  limitMs: number,
  done: (outcome: HeaderOutcome) => void,
): void {
  let read = Buffer.alloc(0);
  const timer = setTimeout(
    () => finish({ refusal: `it did not arrive within ${limitMs / 1000} s` }),
    limitMs,
  ).unref();

  function finish(outcome: HeaderOutcome): void {
    clearTimeout(timer);
    socket.off('readable', onReadable);
    socket.off('close', stop);
    done(outcome);
  }

  function onReadable(): void {
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

  socket.on('readable', onReadable);
  socket.once('close', stop);
}
