import { CommandError } from '../errors.ts';
import { plainGet, type PlainAnswer } from '../plain-get.ts';

/** The time-out of one attempt, in milliseconds. */
const LIMIT_MS = 5000;

/** Longer answers are cut off. */
const MOST_CHARACTERS = 1000;

/**
 * Resolves if the control plane that listens on `api` is ready. Asks without TLS and then with TLS, whose certificate is not verified: the
 * control plane is on this machine, and the request contains no secret.
 * @throws CommandError with the reason
 */
export async function controlPlaneReady(api: string): Promise<void> {
  const [address, port] = splitAddress(api);
  const answer = await plainGet({ address, port }, '/readyz', LIMIT_MS)
    .catch(() => askByTls(address, port))
    .catch((error: unknown) => {
      throw new CommandError(`the control plane at ${api} does not answer`, { cause: error });
    });
  if (answer.status !== 200)
    throw new CommandError(`the control plane at ${api} answers ${answer.status}: ${answer.body}`);
}

function splitAddress(api: string): readonly [host: string, port: number] {
  const at = api.lastIndexOf(':');
  const host = api.slice(0, at).replaceAll(/[[\]]/g, '');
  const port = Number(api.slice(at + 1));
  if (at < 0 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CommandError(
      `--api ${JSON.stringify(api)}: it has to be HOST:PORT, with a port from 1 to 65535`,
    );
  }
  return [{ '0.0.0.0': '127.0.0.1', '::': '::1', '': '127.0.0.1' }[host] ?? host, port];
}

async function askByTls(host: string, port: number): Promise<PlainAnswer> {
  const { request } = await import('node:https');
  const options = { host, port, path: '/readyz', timeout: LIMIT_MS, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        body = `${body}${chunk}`.slice(0, MOST_CHARACTERS);
      });
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${LIMIT_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
