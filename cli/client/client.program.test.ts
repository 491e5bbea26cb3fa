import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Sha256 } from '../../common/sha256.ts';
import { NO_CREDENTIALS } from '../testing/control-plane.ts';
import { createClient, type Client } from './client.ts';
import { listResources } from './resources.ts';

type Seen = {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
};
type Reply = { status?: number; error?: string; body: unknown };

let server: Server;
let endpoint: string;
let seen: Seen[];
let replies: (Reply | 'hang up')[];
let clients: Client[];

beforeEach(async () => {
  seen = [];
  replies = [];
  clients = [];
  server = createServer((request, response) => void answer(request, response));
  // After a pause of this process, a client could use a connection that the server closes.
  server.keepAliveTimeout = 3_600_000;
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  seen.push({ method, url, headers, body: await text(request) });
  const reply = replies.shift() ?? { body: {} };
  if (reply === 'hang up') {
    request.socket.resetAndDestroy();
    return;
  }
  const { status = 200, error, body } = reply;
  response.writeHead(status, error === undefined ? {} : { 'x-amzn-errortype': error });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const each of clients) each.close();
  server.close();
  server.closeAllConnections();
});

function client(env: NodeJS.ProcessEnv = NO_CREDENTIALS, at = endpoint): Client {
  const made = createClient({ endpoint: at, region: 'eu-west-1' }, env);
  clients.push(made);
  return made;
}

describe('a call', () => {
  it('puts each member in the place that the API model names, escaped as AWS does', async () => {
    await client().call('DescribeVirtualService', {
      meshName: "a/b'(c)",
      virtualServiceName: '日本 %2F..',
      meshOwner: '111122223333',
    });
    await client().call('CreateVirtualNode', { meshName: '..', virtualNodeName: 'n', spec: {} });
    expect(seen.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
      'GET /v20190125/meshes/a%2Fb%27%28c%29/virtualServices/%E6%97%A5%E6%9C%AC%20%252F..?meshOwner=111122223333 ',
      'PUT /v20190125/meshes/../virtualNodes {"virtualNodeName":"n","spec":{}}',
    ]);
  });

  it('returns the answer of the API, or rejects with the name and status of its error', async () => {
    replies = [
      { body: { meshName: 'a' } },
      { status: 404, error: 'NotFoundException', body: { message: 'no such mesh' } },
    ];
    expect(await client().call('DescribeMesh', { meshName: 'a' })).toEqual({ meshName: 'a' });
    await expect(client().call('DescribeMesh', { meshName: 'a' })).rejects.toMatchObject({
      message: 'no such mesh (NotFoundException)',
      code: 'NotFoundException',
      status: 404,
    });
  });

  it('reports the URL and body of an answer that is not from this API', async () => {
    replies = [{ status: 200, body: '<html>' }];
    await expect(client().call('DescribeMesh', { meshName: 'a' })).rejects.toThrow(
      `GET ${endpoint}/v20190125/meshes/a answered 200, which is not an answer of this API: <html>`,
    );
  });

  it('is retried with the same body after a transient failure', async () => {
    replies = [
      { status: 503, error: 'ServiceUnavailableException', body: { message: 'away' } },
      { status: 429, error: 'TooManyRequestsException', body: { message: 'slowly' } },
      'hang up',
      { body: { meshName: 'a' } },
    ];
    expect(await client().call('CreateMesh', { meshName: 'a', clientToken: 't' })).toEqual({ meshName: 'a' });
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(seen).toHaveLength(4);
  });

  it('fails after five attempts', async () => {
    replies = Array.from({ length: 9 }, () => ({
      status: 503,
      error: 'ServiceUnavailableException',
      body: { message: 'away' },
    }));
    await expect(client().call('CreateMesh', { meshName: 'a' })).rejects.toThrow(
      'away (ServiceUnavailableException)',
    );
    expect(seen).toHaveLength(5);
  });

  it('does not retry if the connection is refused', async () => {
    await expect(client(NO_CREDENTIALS, 'http://127.0.0.1:1').read('/status')).rejects.toThrow(
      'the control plane at http://127.0.0.1:1 cannot be reached',
    );
  });

  it.each(['ftp://x', 'x', ''])('refuses an endpoint that is not a URL: %j', (wrong) => {
    expect(() => client({}, wrong)).toThrow(`--endpoint ${JSON.stringify(wrong)}: it has to be a URL`);
  });
});

it('listResources reads all pages of a list', async () => {
  const page = (names: readonly string[], nextToken: string | null) => ({
    body: {
      virtualNodes: names.map((virtualNodeName) => ({ virtualNodeName, arn: `arn:${virtualNodeName}` })),
      nextToken,
    },
  });
  replies = [page(['a', 'b'], 'x'), page([], 'y'), page(['c'], null)];
  const listed = await listResources(client(), 'virtualNode', { owner: undefined, mesh: 'm', parent: '' });
  expect(listed.map(({ key, arn }) => [key.name, arn])).toEqual([
    ['a', 'arn:a'],
    ['b', 'arn:b'],
    ['c', 'arn:c'],
  ]);
  expect(seen.map(({ url }) => url.split('?')[1])).toEqual([undefined, 'nextToken=x', 'nextToken=y']);
});

describe('a signature', () => {
  const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' };

  it('is left out if there are no credentials', async () => {
    await client().call('ListMeshes', {});
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it('equals the one that a server computes for the received request', async () => {
    for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
    await client(process.env).call('CreateVirtualNode', {
      meshName: 'a b*',
      virtualNodeName: 'n',
      spec: {},
      meshOwner: '111122223333',
    });
    const [{ method, url, headers, body }] = seen as [Seen];
    const { searchParams } = new URL(url, endpoint);
    const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
    expect(signed).toContain('host');
    const signer = new SignatureV4({
      service: 'appmesh',
      region: 'eu-west-1',
      credentials: { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY },
      sha256: Sha256,
    });
    const again = await signer.sign(
      {
        method,
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: url.split('?')[0] ?? '',
        query: Object.fromEntries(searchParams),
        headers: Object.fromEntries(
          signed.filter((name) => !name.startsWith('x-amz-')).map((name) => [name, String(headers[name])]),
        ),
        body,
      },
      { signingDate: amzDate(String(headers['x-amz-date'])) },
    );
    expect(headers.authorization).toBe(again.headers['authorization']);
  });

  it('uses the profiles of the shared credentials file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daybreak-aws-'));
    const file = join(folder, 'credentials');
    await writeFile(file, '[ops]\naws_access_key_id = AKIDOPS\naws_secret_access_key = x\n');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'));
    vi.stubEnv('AWS_PROFILE', 'ops');
    await client(process.env).call('ListMeshes', {});
    expect(seen[0]?.headers.authorization).toContain('Credential=AKIDOPS/');
    await rm(folder, { recursive: true });
  });

  it('is required if a variable names credentials', async () => {
    vi.stubEnv('AWS_PROFILE', 'absent');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/proc/nonexistent');
    vi.stubEnv('AWS_CONFIG_FILE', '/proc/nonexistent');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    await expect(client(process.env).call('ListMeshes', {})).rejects.toThrow(
      'no AWS credentials can be had, although AWS_PROFILE is set',
    );
    expect(seen).toEqual([]);
  });
});

// 20261121T120000Z
function amzDate(value: string): Date {
  return new Date(value.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
}
