// Serves one handwritten listener that answers with a greeting, to every Envoy whose node.cluster is `hello`:
//
//   node xds/example/hello.ts ADS_PORT GREETER_PORT [TTL_MS]
//
// Each line on standard input is a new greeting. With TTL_MS, Envoys drop the greeting that long after this program has ended.
import { createInterface } from 'node:readline';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { ConfigSchema } from '#envoy/envoy/extensions/filters/network/direct_response/v3/config_pb.ts';
import { encodeResource, snapshotOf } from '../wire/encode.ts';
import { listenGrpc } from '../grpc/listen.ts';
import { createGrpcServer } from '../grpc/server.ts';
import { createXdsServer } from '../server.ts';
import { CLUSTER, type Snapshot } from '../types.ts';

const [adsPort = '18000', greeterPort = '10000', ttl] = process.argv.slice(2);

function saying(greeting: string): Snapshot {
  const config = create(ConfigSchema, {
    response: { specifier: { case: 'inlineString', value: `${greeting}\n` } },
  });
  const greet = {
    name: 'greet',
    configType: { case: 'typedConfig', value: anyPack(ConfigSchema, config) },
  } as const;
  const port = { case: 'portValue', value: Number(greeterPort) } as const;
  const listener = create(ListenerSchema, {
    name: 'greeter',
    address: { address: { case: 'socketAddress', value: { address: '127.0.0.1', portSpecifier: port } } },
    filterChains: [{ filters: [greet] }],
  });
  const options = ttl === undefined ? {} : { ttlMs: Number(ttl) };
  return snapshotOf([encodeResource(ListenerSchema, 'greeter', listener, options)], [CLUSTER]);
}

const xds = createXdsServer({ keyOf: ({ cluster }) => cluster });
xds.set('hello', saying('hello'));

const grpc = createGrpcServer();
xds.addTo(grpc);
const listener = await listenGrpc(grpc, { port: Number(adsPort) });
process.stdout.write('serving\n');

for await (const greeting of createInterface(process.stdin)) xds.set('hello', saying(greeting));
listener.close();
