import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy on loopback that serves a control plane under a path, as those of other web tools do. */
export type PathProxy = {
  /** Where the API is for browsers, without a slash at the end. */
  readonly url: string;
  /** The control plane. Undefined: it is away, and the proxy answers 502. */
  target: string | undefined;
  /** Requests for paths that begin with it get 503 from the proxy. */
  refused: string | undefined;
  close(): Promise<void>;
};

/** Starts a proxy. `path`: e.g. `/daybreak`. */
export async function startPathProxy(path: string): Promise<PathProxy> {
  const server = createServer((asked, answer) => pass(proxy, path, asked, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: PathProxy = {
    url: `http://127.0.0.1:${port}${path}`,
    target: undefined,
    refused: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function pass(
  { target, refused }: PathProxy,
  path: string,
  asked: IncomingMessage,
  answer: ServerResponse,
): void {
  const { url = '', method, headers } = asked;
  const inner = url.slice(path.length);
  if (!url.startsWith(`${path}/`)) return end(answer, 404);
  if (refused !== undefined && inner.startsWith(refused)) return end(answer, 503);
  if (target === undefined) return end(answer, 502);
  const passed = request(`${target}${inner}`, { method, headers, agent: false }, (found) => {
    answer.writeHead(found.statusCode ?? 502, found.headers);
    found.pipe(answer);
    // The control plane went away in the middle of an answer.
    found.on('error', () => answer.destroy());
  });
  passed.on('error', () => (answer.headersSent ? answer.destroy() : end(answer, 502)));
  answer.on('close', () => passed.destroy());
  asked.pipe(passed);
}

function end(answer: ServerResponse, status: number): void {
  answer.writeHead(status, { 'content-type': 'text/html' }).end(`<h1>${status}</h1>`);
}
