import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
  UpdateVirtualNodeCommand,
  type AppMeshClient,
} from '@aws-sdk/client-app-mesh';
import { spiffeId, TRUST_DOMAIN } from './spire.ts';

// A node `server` that admits only the SPIFFE id of `client`, and two nodes that call it: `client` and `other`. All secrets are SPIRE's.

/** The server's port. */
export const SERVER_PORT = 8443;

const meshName = 'm';
const sds = (secretName: string) => ({ sds: { secretName } });
const trust = sds(`spiffe://${TRUST_DOMAIN}`);
const namesOf = (name: string) => ({ match: { exact: [spiffeId(name)] } });

/** Creates the mesh `m`. */
export async function makeModel(api: AppMeshClient): Promise<void> {
  await api.send(new CreateMeshCommand({ meshName }));
  const tls = {
    mode: 'STRICT' as const,
    certificate: sds(spiffeId('server')),
    validation: { trust, subjectAlternativeNames: namesOf('client') },
  };
  await api.send(
    new CreateVirtualNodeCommand({
      meshName,
      virtualNodeName: 'server',
      spec: {
        listeners: [{ portMapping: { port: SERVER_PORT, protocol: 'http' }, tls }],
        serviceDiscovery: { dns: { hostname: 'server' } },
      },
    }),
  );
  await api.send(
    new CreateVirtualServiceCommand({
      meshName,
      virtualServiceName: 'server',
      spec: { provider: { virtualNode: { virtualNodeName: 'server' } } },
    }),
  );
  for (const virtualNodeName of ['client', 'other']) {
    const spec = callerSpec(virtualNodeName, 'server');
    await api.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec }));
  }
}

/** Sets the client's policy to require another id in the server's certificate. */
export async function setClient(api: AppMeshClient, wanted: string): Promise<void> {
  const spec = callerSpec('client', wanted);
  await api.send(new UpdateVirtualNodeCommand({ meshName, virtualNodeName: 'client', spec }));
}

function callerSpec(name: string, wanted: string) {
  const validation = { trust, subjectAlternativeNames: namesOf(wanted) };
  const clientPolicy = { tls: { validation, certificate: sds(spiffeId(name)) } };
  return { backends: [{ virtualService: { virtualServiceName: 'server', clientPolicy } }] };
}
