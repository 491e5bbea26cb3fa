import { connect } from 'node:net';
import { LIMIT_MS, type Kind, type Outcome } from './caller.ts';

/** Returns all received bytes, one character per byte. */
export function askRaw({ host, port, bytes, until, half = false }: Kind<'raw'>): Promise<Partial<Outcome>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    let body = '';
    socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error('no end')));
    socket.on('data', (chunk) => {
      body += chunk.toString('latin1');
      if (until !== undefined && body.includes(until)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve({ body }));
    if (half) socket.end(bytes, 'latin1');
    else socket.write(bytes, 'latin1');
  });
}
