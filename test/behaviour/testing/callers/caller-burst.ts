import { once } from 'node:events';
import {
  connect,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { LIMIT_MS, type Kind, type Outcome } from './caller.ts';

/** Sends many requests at once on one connection. */
export async function askBurst({
  address,
  authority,
  count,
  grpc,
}: Kind<'burst'>): Promise<Partial<Outcome>> {
  const session = connect(`http://${address}`);
  await once(session, 'remoteSettings');
  const outcomes = await Promise.all(
    Array.from({ length: count }, () => askStream(session, authority, grpc)),
  );
  session.close();
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return { body: JSON.stringify(counts) };
}

function askStream(session: ClientHttp2Session, authority: string, grpc: boolean): Promise<string> {
  const called = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
  const stream = session.request({ ':path': '/a/B', ':authority': authority, ...(grpc ? called : {}) });
  return new Promise((resolve) => {
    let outcome = 'none';
    const look = (headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void => {
      const status = grpc ? headers['grpc-status'] : headers[':status'];
      if (status !== undefined) outcome = `${Number(status)}`;
    };
    stream.setTimeout(LIMIT_MS, () => stream.close());
    stream.on('response', look);
    stream.on('trailers', look);
    stream.on('error', ({ message }: Error) => (outcome = message));
    stream.on('close', () => resolve(outcome));
    stream.resume();
    stream.end();
  });
}
