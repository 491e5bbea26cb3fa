import { connect } from 'node:tls';
import { nameOf } from '../../xds/client/stream.ts';
import type { XdsEndpoint } from '../settings/xds/xds-endpoint.ts';

const LIMIT_MS = 2000;

/**
 * Resolves with whether a server speaks TLS, after at most 2 s. A server that expects TLS closes a plaintext connection without a word, so that only
 * this tells its reason. Verifies no certificate and sends no credential. Never rejects.
 */
function speaksTls(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  const timer = setTimeout(() => socket.destroy(), LIMIT_MS);
  // A server that asks for a client certificate has spoken TLS before it refuses.
  socket.once('secureConnect', () => {
    resolve(true);
    socket.destroy();
  });
  socket.on('error', ({ message }) => resolve(/SSL alert number/.test(message)));
  socket.once('close', () => {
    clearTimeout(timer);
    resolve(false);
  });
  return promise;
}

/** Returns a probe of the plaintext endpoints in the settings; for any other endpoint, it resolves with false. */
export function plaintextProbe(endpoints: readonly XdsEndpoint[]): (endpoint: string) => Promise<boolean> {
  return async (endpoint) => {
    const found = endpoints.find(
      (each) => each.kind === 'plaintext' && nameOf({ host: each.host, port: each.port }) === endpoint,
    );
    return found?.kind === 'plaintext' && (await speaksTls(found.host, found.port));
  };
}
