import type { X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { errorCode } from '../../../common/error-code.ts';

/** The outcome of one HTTP request over its own connection: an answer, or the error that the client saw. */
export type Knock =
  | ({ readonly status: number; readonly body: string } & Handshake)
  | { readonly error: string };

/** The results of a TLS handshake; empty over plain text. */
type Handshake = {
  /** The server's certificate. */
  readonly certificate?: X509Certificate | undefined;
  /** Whether the session in the options (`session`) was resumed. */
  readonly isResumed?: boolean;
  /** The newest session from the server. */
  readonly session?: Buffer | undefined;
};

const LIMIT_MS = 60_000;

/** Requests `/` over plain text, or over TLS with the options `tls`. The server's certificate is not verified. */
export async function knock(host: string, port: number, tls?: ConnectionOptions): Promise<Knock> {
  let socket: Socket | undefined;
  try {
    const open = await connect(host, port, tls);
    socket = open.socket;
    const { status, body } = await get(host, open.socket);
    return { status, body, ...open.handshake() };
  } catch (error) {
    return { error: errorCode(error) ?? String(error) };
  } finally {
    socket?.destroy();
  }
}

function connect(
  host: string,
  port: number,
  tls: ConnectionOptions | undefined,
): Promise<{ socket: Socket; handshake: () => Handshake }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(LIMIT_MS);
    if (tls === undefined) {
      const socket = connectTcp({ host, port, signal }, () => resolve({ socket, handshake: () => ({}) }));
      socket.on('error', reject);
      return;
    }
    let session: Buffer | undefined;
    const handshake = (): Handshake => ({
      certificate: socket.getPeerX509Certificate(),
      isResumed: socket.isSessionReused(),
      session,
    });
    const socket = connectTls({ host, port, rejectUnauthorized: false, ...tls }, () =>
      resolve({ socket, handshake }),
    );
    socket.on('session', (given: Buffer) => (session = given));
    socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error('no handshake')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
  });
}

function get(host: string, socket: Socket): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host, createConnection: () => socket, signal: AbortSignal.timeout(LIMIT_MS) },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}
