import { once } from 'node:events';
import { connect, type Settings } from 'node:http2';
import { LIMIT_MS, type Kind, type Outcome } from './caller.ts';

/** Opens a WebSocket with Node's client. */
export function askWebSocket({ url, say }: Kind<'webSocket'>): Promise<Partial<Outcome>> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => socket.send(say));
    socket.addEventListener('error', () => reject(new Error('no WebSocket')));
    socket.addEventListener('message', ({ data }) => {
      resolve({ body: String(data) });
      socket.close();
    });
  });
}

/** Opens a WebSocket as a stream of HTTP/2 (RFC 8441). */
export async function askWebSocketStream({ url, say }: Kind<'webSocket'>): Promise<Partial<Outcome>> {
  const { host, pathname } = new URL(url);
  const session = connect(`http://${host}`);
  const [settings] = (await once(session, 'remoteSettings')) as [Settings];
  if (settings.enableConnectProtocol !== true) throw new Error('no WebSockets in HTTP/2 here');
  const stream = session.request(
    { ':method': 'CONNECT', ':protocol': 'websocket', ':path': pathname, 'sec-websocket-version': '13' },
    { endStream: false },
  );
  const text = Buffer.from(say);
  const mask = Buffer.alloc(4);
  stream.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, text]));
  const [frame] = (await once(stream, 'data', { signal: AbortSignal.timeout(LIMIT_MS) })) as [Buffer];
  session.destroy();
  return { body: frame.subarray(2).toString() };
}
