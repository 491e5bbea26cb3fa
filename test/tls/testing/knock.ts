import type { X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** What came of one HTTP request over a connection of its own: an answer, or the error that the client saw. */
export type Knock =
  | ({ readonly status: number; readonly body: string } & Handshake)
  | { readonly error: string };

/** What TLS brought; nothing over plain text. */
type Handshake = {
  /** The server's. */
  readonly certificate?: X509Certificate | undefined;
  /** Whether the session that was brought (`session` of the options) was resumed. */
  readonly isResumed?: boolean;
  /** The newest session that the server gave. */
  readonly session?: Buffer | undefined;
};

const LIMIT_MS = 5000;

/** Asks for `/` over plain text, or with `tls` over TLS with these options. The server's certificate is not verified. */
export async function knock(host: string, port: number, tls?: ConnectionOptions): Promise<Knock> {
  let socket: Socket | undefined;
  try {
    const open = await connect(host, port, tls);
    socket = open.socket;
    const { status, body } = await get(host, open.socket);
    return { status, body, ...open.handshake() };
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code ?? String(error) };
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
