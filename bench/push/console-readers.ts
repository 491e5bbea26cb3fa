import { once } from 'node:events';
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { MESH } from './mesh.ts';

const PATHS = [`/console/events?mesh=${MESH}`, `/reports/stream?mesh=${MESH}`];

/** Opens the two streams that a page of the console holds, for `count` pages, and returns a function that ends them. It reads and drops all that they send. */
export async function openConsoleReaders(api: string, count: number): Promise<() => void> {
  const requests = Array.from({ length: count }, () => PATHS.map((path) => get(`${api}${path}`))).flat();
  const open = async (request: ClientRequest): Promise<void> => {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`a reader of the console got ${response.statusCode}`);
    request.on('error', () => undefined);
    response.on('error', () => undefined).resume();
  };
  await Promise.all(requests.map(open));
  return () => {
    for (const request of requests) request.destroy();
  };
}
