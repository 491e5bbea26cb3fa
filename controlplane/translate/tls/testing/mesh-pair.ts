import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { JsonObject } from '@bufbuild/protobuf';
import { MESH_ALPN } from '../../../../common/contracts/identity-secrets.ts';
import { ownAddress } from '../../../explain/testing/own-address.ts';
import type { Pair } from '../../access/testing/test-certificates.ts';
import { cluster, oneEndpoint } from '../../envoy/clusters/clusters.ts';
import { mutualSockets } from '../../envoy/clusters/mutual-sockets.ts';
import { tlsModeChains } from '../../envoy/filter-chains.ts';
import { listener } from '../../envoy/listener.ts';
import { tlsInspector } from '../../envoy/listener-filters.ts';
import { resourceJson } from '../../registry.ts';
import { startStaticEnvoy } from '../../testing/static-envoy.ts';
import { secretFiles, type SecretFiles } from './secret-files.ts';
import { answering, forwarding } from './managers.ts';

/** Two real Envoys: a caller, and a server that takes mutual TLS only, with the sockets and chains that translation makes. */
export type MeshPair = {
  readonly caller: SecretFiles;
  readonly server: SecretFiles;
  /** Sends a request through both on a new connection. Returns its status. */
  readonly ask: () => Promise<number>;
  /** A counter of one of the Envoys that ends with this name, added up. */
  readonly counter: (of: 'caller' | 'server', name: string) => Promise<number>;
  /** Connects to the server without the caller's Envoy. `session`: to resume. */
  readonly handshake: (pair: Pair, session?: Buffer) => Promise<Handshake>;
  readonly close: () => Promise<void>;
};

/** The end of a handshake: refused, or accepted with the tickets that the server gave. */
export type Handshake = {
  readonly answer: string;
  readonly tickets: readonly Buffer[];
  readonly resumed: boolean;
};

const PORTS = { caller: 10_000, server: 10_001 } as const;

/** Starts both. `callers`: the beginning of the ids that the server takes; `target`: the id that the caller expects. */
export async function startMeshPair(
  binary: string,
  ids: { readonly callers: string; readonly target: string },
  identities: { readonly caller: Pair; readonly server: Pair; readonly roots: string },
): Promise<MeshPair> {
  const folder = await mkdtemp(join(tmpdir(), 'mesh-pair-'));
  const address = ownAddress();
  const server = await open('server', serverConfig(ids.callers));
  const caller = await open('caller', callerConfig(ids.target, address));

  async function open(name: 'caller' | 'server', config: JsonObject) {
    const own = join(folder, name);
    await mkdir(own);
    const files = secretFiles(own);
    await files.write(identities[name], identities.roots);
    const bound = JSON.stringify(files.fill(config)).replaceAll('"0.0.0.0"', `"${address}"`);
    const resources = JSON.parse(bound) as JsonObject;
    const bootstrap = { node: { id: 'n', cluster: 'n' }, static_resources: resources };
    const envoy = await startStaticEnvoy(binary, own, bootstrap);
    return { files, ...envoy };
  }

  return {
    caller: caller.files,
    server: server.files,
    ask: () =>
      new Promise((resolve, reject) => {
        request({ host: address, port: PORTS.caller, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      }),
    async counter(of, name) {
      const stats = await { caller, server }[of].admin(`/stats?filter=${name}$`);
      return stats
        .split('\n')
        .map((line) => Number(/: (\d+)$/.exec(line)?.[1] ?? 0))
        .reduce((sum, each) => sum + each, 0);
    },
    handshake: (pair, session) => handshake(address, pair, session),
    async close() {
      await caller.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serverConfig(callers: string): JsonObject {
  const modes = {
    plain: false,
    tls: undefined,
    mesh: { callers, protocol: 'http' as const },
    secretRefs: [],
  };
  const made = listener('ingress', {
    address: '0.0.0.0',
    port: PORTS.server,
    direction: 'inbound',
    filters: [tlsInspector()],
    chains: tlsModeChains('ingress', PORTS.server, modes, () => [answering()]),
  });
  return { listeners: [resourceJson(made)], clusters: [] };
}

function callerConfig(target: string, address: string): JsonObject {
  const made = listener('egress', {
    address: '0.0.0.0',
    port: PORTS.caller,
    direction: 'outbound',
    filters: [],
    chains: [{ name: 'egress', filters: [forwarding('server')] }],
  });
  const to = cluster({
    name: 'server',
    loadAssignment: oneEndpoint('server', address, PORTS.server, true),
    ...mutualSockets({ id: target, protocol: 'http', required: true }),
  });
  return { listeners: [resourceJson(made)], clusters: [resourceJson(to)] };
}

/** A caller that keeps all tickets, and shows the server its certificate. */
async function handshake(host: string, pair: Pair, session: Buffer | undefined): Promise<Handshake> {
  const tickets: Buffer[] = [];
  const socket = connect({
    host,
    port: PORTS.server,
    cert: pair.chain,
    key: pair.key,
    rejectUnauthorized: false,
    ALPNProtocols: [MESH_ALPN, 'http/1.1'],
    ...(session && { session }),
  });
  let answer = '';
  let resumed = false;
  socket.once('secureConnect', () => (resumed = socket.isSessionReused()));
  socket.on('session', (ticket) => tickets.push(ticket));
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (answer ||= error.code ?? error.message));
  socket.write('GET / HTTP/1.1\r\nhost: server\r\nconnection: close\r\n\r\n');
  // An error comes before the end, and `once` would reject with it.
  await new Promise((resolve) => socket.once('close', resolve));
  return { answer: answer.split('\r\n', 1)[0] ?? '', tickets, resumed };
}
