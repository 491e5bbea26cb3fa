import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The documents of AWS's documentation, with the members that its examples have. */
const document = (name: string) => readFileSync(join(import.meta.dirname, '../testdata', name), 'utf8');

/** Behaviour of a stand-in: `mute` answers nothing, `huge` too much, `broken` half of the document. */
export type Behaviour = 'normal' | 'mute' | 'huge' | 'broken' | 'not JSON' | 'refuses';

/** A metadata service: its base URL, and the requests that it received. */
export type MetadataService = { readonly url: string; readonly requests: readonly string[]; stop(): void };

const CONTAINER = '/v4/0123456789abcdef-1111111111';
const TOKEN = 'AQAEALMFqlBIL9ysiZUM8H9UToWaCE2EQjJNTlSLYs7R';
const INSTANCE: Readonly<Record<string, string>> = {
  'placement/region': 'us-west-2',
  'placement/availability-zone': 'us-west-2d',
  'placement/availability-zone-id': 'usw2-az4',
  'instance-id': 'i-1234567890abcdef0',
};

/** Starts a stand-in of the ECS task metadata endpoint. `task`: `task-ec2.json` or `task-fargate.json`. */
export async function startTaskMetadata(
  task = 'task-ec2.json',
  behaviour: Behaviour = 'normal',
  at = { host: '127.0.0.1', port: 0 },
): Promise<MetadataService> {
  const documents = new Map([
    [CONTAINER, document('container.json')],
    [`${CONTAINER}/task`, document(task)],
  ]);
  const service = await start(behaviour, at, (path) => documents.get(path));
  return { ...service, url: `${service.url}${CONTAINER}` };
}

/** Starts a stand-in of the instance metadata service, which requires a token. */
export function startInstanceMetadata(
  behaviour: Behaviour = 'normal',
  at = { host: '127.0.0.1', port: 0 },
  values = INSTANCE,
): Promise<MetadataService> {
  return start(behaviour, at, (path, method, headers) => {
    const isAllowed = headers['x-aws-ec2-metadata-token'] === TOKEN;
    if (method === 'GET') return isAllowed ? values[path.replace('/latest/meta-data/', '')] : undefined;
    const hasLifetime = headers['x-aws-ec2-metadata-token-ttl-seconds'] !== undefined;
    return path === '/latest/api/token' && hasLifetime ? TOKEN : undefined;
  });
}

type Find = (path: string, method: string, headers: IncomingHttpHeaders) => string | undefined;

async function start(
  behaviour: Behaviour,
  at: { host: string; port: number },
  find: Find,
): Promise<MetadataService> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const { url = '', method = '', headers } = request;
    requests.push(`${method} ${url}`);
    const body = find(url, method, headers);
    if (behaviour === 'mute') return;
    if (behaviour === 'refuses' || body === undefined) response.writeHead(404).end();
    else if (behaviour === 'huge') response.end(body + ' '.repeat(1024 * 1024));
    else if (behaviour === 'broken') response.writeHead(200, { 'content-length': 100_000 }).write('{');
    else response.end(behaviour === 'not JSON' ? `${body.slice(0, 40)}\0` : body);
  });
  server.listen(at);
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    requests,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
