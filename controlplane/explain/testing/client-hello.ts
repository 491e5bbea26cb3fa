import { Duplex } from 'node:stream';
import { connect } from 'node:tls';

/** Returns the first bytes of a TLS client with this SNI; '' for none. */
export async function clientHello(serverName: string): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      resolve(chunk);
      done();
    },
  });
  const client = connect({ socket, ...(serverName === '' ? {} : { servername: serverName }) });
  client.on('error', () => undefined);
  try {
    return await promise;
  } finally {
    client.destroy();
  }
}
