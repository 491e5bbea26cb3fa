import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { envoyOf, ENVOYS } from '../../translate/testing/real-envoy.ts';
import { startStaticEnvoy, type StaticEnvoy } from '../../translate/testing/static-envoy.ts';
import { chainFor } from './filter-chain.ts';
import type { Connection } from './connection.ts';
import { clientHello } from '../testing/client-hello.ts';
import { ownAddress } from '../testing/own-address.ts';
import { errorCode } from '../../../common/error-code.ts';

// The filter chain of a connection, by `explain` and by a real Envoy: listeners with random chains, and connections whose
// addresses and ports come from a PROXY protocol header, so that they need no machines of their own.

const LISTENERS = 150;
const FIRST_PORT = 20_000;
const LIMIT_MS = 120_000;

const PORTS = [443, 9080, 15_001];
const NAMES = ['a.test', 'b.a.test', 'c.b.a.test', 'A.test', '10.0.0.2', 'a.test.', ''];

const anyMatch: fc.Arbitrary<JsonObject> = fc
  .record({
    destination_port: fc.constantFrom(undefined, ...PORTS),
    server_names: fc.constantFrom(
      undefined,
      ['a.test'],
      ['*.a.test', '*.test'],
      ['b.a.test'],
      ['*.b.a.test'],
    ),
    transport_protocol: fc.constantFrom(undefined, 'tls', 'raw_buffer'),
    source_type: fc.constantFrom(undefined, 'SAME_IP_OR_LOOPBACK', 'EXTERNAL'),
  })
  .map((match) => JSON.parse(JSON.stringify(match)) as JsonObject);

/** Chains without duplicate matches, which Envoy would reject. */
const anyChains = fc
  .uniqueArray(anyMatch, { minLength: 1, maxLength: 5, selector: (match) => JSON.stringify(match) })
  .filter((matches) => !overlap(matches));

function overlap(matches: readonly JsonObject[]): boolean {
  const keys = matches.flatMap(({ server_names: names = [''], ...rest }) =>
    (names as readonly string[]).map((name) => JSON.stringify([name, rest])),
  );
  return new Set(keys).size < keys.length;
}

const anyConnection: fc.Arbitrary<Connection> = fc.record({
  port: fc.constantFrom(...PORTS, 1),
  tls: fc.boolean(),
  serverName: fc.constantFrom(...NAMES),
  local: fc.boolean(),
});

const SEED = Number(process.env['DAYBREAK_TEST_SEED'] ?? Date.now() % 2 ** 31);
const chains = fc.sample(anyChains, { numRuns: LISTENERS, seed: SEED });
const connections = fc.sample(fc.array(anyConnection, { minLength: 6, maxLength: 6 }), {
  numRuns: LISTENERS,
  seed: SEED,
});

describe.each(ENVOYS)('%s', (variable) => {
  const address = ownAddress();
  let folder: string;
  let envoy: StaticEnvoy;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'filter-chains-'));
    const listeners = chains.map((matches, index) => realListener(matches, address, FIRST_PORT + index));
    envoy = await startStaticEnvoy(envoyOf(variable), folder, { static_resources: { listeners } });
  });
  afterAll(async () => {
    await envoy.close();
    await rm(folder, { recursive: true });
  });

  test(`explain and Envoy choose the same chain, seed ${SEED}`, async () => {
    for (const [index, matches] of chains.entries()) {
      const listener = fromJson(ListenerSchema, { name: 'l', filter_chains: matches.map(namedChain) });
      for (const connection of connections[index] ?? []) {
        const real = await taken(address, FIRST_PORT + index, connection);
        const said = chainFor(listener, connection)?.name ?? '';
        expect({ matches, connection, chain: said }).toEqual({ matches, connection, chain: real });
      }
    }
  });
});

function namedChain(match: JsonObject, index: number): JsonObject {
  return { name: `chain-${index}`, filter_chain_match: match };
}

/** Each chain answers with its name; TLS is inspected, but not terminated. */
function realListener(matches: readonly JsonObject[], address: string, port: number): JsonObject {
  const filters = 'type.googleapis.com/envoy.extensions.filters';
  return {
    name: `listener-${port}`,
    address: { socket_address: { address, port_value: port } },
    listener_filters: [
      {
        name: 'proxy',
        typed_config: { '@type': `${filters}.listener.proxy_protocol.v3.ProxyProtocol` },
      },
      { name: 'tls', typed_config: { '@type': `${filters}.listener.tls_inspector.v3.TlsInspector` } },
    ],
    filter_chains: matches.map((match, index) => ({
      ...namedChain(match, index),
      filters: [
        {
          name: 'answer',
          typed_config: {
            '@type': `${filters}.network.direct_response.v3.Config`,
            response: { inline_string: `chain-${index}` },
          },
        },
      ],
    })),
  };
}

/** Returns the name of the chain that takes a connection in a real Envoy; '' if none does. */
async function taken(host: string, port: number, connection: Connection): Promise<string> {
  const { port: to, tls, serverName, local } = connection;
  const source = local ? '10.0.0.1' : '10.0.0.9';
  const socket = connect({ host, port });
  const limit = setTimeout(() => socket.destroy(new Error(`no end in ${LIMIT_MS} ms`)), LIMIT_MS);
  try {
    await once(socket, 'connect');
    socket.write(`PROXY TCP4 ${source} 10.0.0.1 40000 ${to}\r\n`);
    const asksByName = serverName !== '' && !/^\d/.test(serverName);
    socket.write(tls ? await clientHello(asksByName ? serverName : '') : 'GET / HTTP/1.1\r\n\r\n');
    return await text(socket);
  } catch (error) {
    if (errorCode(error) === 'ECONNRESET') return '';
    throw error;
  } finally {
    clearTimeout(limit);
    socket.destroy();
  }
}
