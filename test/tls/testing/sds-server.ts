// Usage: node sds-server.ts SOCKET FOLDER. A secret discovery server, like SPIRE's agent: it serves the certificate `app` (app-chain.pem and
// app-key.pem of the folder) and the authorities `ROOTCA` (ca.pem), and reads them when it starts. While the folder contains a file `no-entry`, it
// rejects every stream, like SPIRE for a workload without an entry.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { SecretSchema } from '#envoy/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import { encode, typeResources } from '../../../controlplane/translate/encode.ts';
import { CallError } from '../../../xds/grpc/call-error.ts';
import { listenGrpc } from '../../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../../xds/grpc/server.ts';
import { status } from '../../../xds/grpc/status.ts';
import { createXdsServer } from '../../../xds/server.ts';
import { SECRET } from '../../../xds/types.ts';

const [socket = '', folder = ''] = process.argv.slice(2);

function inline(file: string) {
  const value = readFileSync(join(folder, file));
  return { specifier: { case: 'inlineBytes' as const, value } };
}

const certificate = { certificateChain: inline('app-chain.pem'), privateKey: inline('app-key.pem') };
const secrets = [
  create(SecretSchema, { name: 'app', type: { case: 'tlsCertificate', value: certificate } }),
  create(SecretSchema, {
    name: 'ROOTCA',
    type: { case: 'validationContext', value: { trustedCa: inline('ca.pem') } },
  }),
];
const xds = createXdsServer({
  keyOf() {
    if (!existsSync(join(folder, 'no-entry'))) return 'all';
    throw new CallError(status.PERMISSION_DENIED, 'no identity issued');
  },
});
const resources = typeResources(secrets.map((secret) => encode(SecretSchema, secret.name, secret)));
xds.set('all', new Map([[SECRET, resources]]));
const server = createGrpcServer();
xds.addTo(server, 'secrets');
await listenGrpc(server, { path: socket });
process.stdout.write('ready\n');
