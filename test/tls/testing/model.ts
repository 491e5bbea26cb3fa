import {
  CreateGatewayRouteCommand,
  CreateMeshCommand,
  CreateVirtualGatewayCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
  UpdateVirtualNodeCommand,
  type AppMeshClient,
  type ClientPolicyTls,
  type Listener,
  type ListenerTls,
} from '@aws-sdk/client-app-mesh';
import { PORTS as PROTOCOLS } from '../../protocols/hello.ts';

// A node with one listener per TLS setting, and a node that calls it.

/** The server's ports, by the TLS setting of their listeners. */
export const PORTS = {
  plain: 8080,
  disabled: 8081,
  permissive: 8082,
  strict: 8083,
  /** Requires a certificate of the callers' authority. */
  mutual: 8084,
  /** Also requires one of these names in it. */
  named: 8085,
  /** Its files do not exist. */
  missing: 8086,
  /** Certificate and trust from secret discovery. */
  sds: 8087,
} as const;

/** Listeners of other protocols, each with TLS only. */
export { PROTOCOLS };

/** One of the server's ports. */
export type Port = keyof typeof PORTS;

/** The name that the listener `named` requires in a caller's certificate. */
export const CALLER = 'spiffe://apps/caller';

/** The port of the gateway, which terminates TLS and forwards to the server's port `mutual`. */
export const GATEWAY_PORT = 8443;

/** The host name of the server, and the name in its certificates. */
export const SERVER = 'server';

const meshName = 'm';

/** Creates the mesh; the certificates' files are in `folder`. */
export async function createModel(api: AppMeshClient, folder: string): Promise<void> {
  const file = pairIn(folder);
  const callers = { trust: { file: { certificateChain: `${folder}/callers.pem` } } };
  const sds = (secretName: string) => ({ sds: { secretName } });
  const tls: Readonly<Record<Port, ListenerTls | undefined>> = {
    plain: undefined,
    disabled: { mode: 'DISABLED', certificate: file('server') },
    permissive: { mode: 'PERMISSIVE', certificate: file('server') },
    strict: { mode: 'STRICT', certificate: file('server') },
    mutual: { mode: 'STRICT', certificate: file('server'), validation: callers },
    named: {
      mode: 'STRICT',
      certificate: file('server'),
      validation: { ...callers, subjectAlternativeNames: { match: { exact: [CALLER] } } },
    },
    missing: { mode: 'STRICT', certificate: file('missing') },
    sds: { mode: 'STRICT', certificate: sds('app'), validation: { trust: sds('ROOTCA') } },
  };
  const listeners = (Object.entries(tls) as [Port, ListenerTls | undefined][]).map(
    ([name, each]): Listener => ({
      portMapping: { port: PORTS[name], protocol: 'http' },
      ...(each && { tls: each }),
    }),
  );
  for (const [protocol, port] of Object.entries(PROTOCOLS) as [keyof typeof PROTOCOLS, number][]) {
    listeners.push({ portMapping: { port, protocol }, tls: { mode: 'STRICT', certificate: file('server') } });
  }
  const serviceDiscovery = { dns: { hostname: SERVER } };
  await api.send(new CreateMeshCommand({ meshName }));
  await api.send(
    new CreateVirtualNodeCommand({
      meshName,
      virtualNodeName: SERVER,
      spec: { listeners, serviceDiscovery },
    }),
  );
  await api.send(
    new CreateVirtualServiceCommand({
      meshName,
      virtualServiceName: SERVER,
      spec: { provider: { virtualNode: { virtualNodeName: SERVER } } },
    }),
  );
  await api.send(
    new CreateVirtualNodeCommand({ meshName, virtualNodeName: 'client', spec: clientSpec(undefined) }),
  );
}

/** Creates the gateway `gw`, with the server's certificate for its callers and the callers' certificate for the server. */
export async function createGateway(api: AppMeshClient, folder: string): Promise<void> {
  const pair = pairIn(folder);
  const validation = { trust: { file: { certificateChain: `${folder}/servers.pem` } } };
  const listener = {
    portMapping: { port: GATEWAY_PORT, protocol: 'http' as const },
    tls: { mode: 'STRICT' as const, certificate: pair('server') },
  };
  await api.send(
    new CreateVirtualGatewayCommand({
      meshName,
      virtualGatewayName: 'gw',
      spec: {
        listeners: [listener],
        backendDefaults: { clientPolicy: { tls: { validation, certificate: pair('caller') } } },
      },
    }),
  );
  const target = { virtualService: { virtualServiceName: SERVER }, port: PORTS.mutual };
  await api.send(
    new CreateGatewayRouteCommand({
      meshName,
      virtualGatewayName: 'gw',
      gatewayRouteName: 'all',
      spec: { httpRoute: { match: { prefix: '/' }, action: { target } } },
    }),
  );
}

/** Replaces the client's policy, or removes it. */
export async function setPolicy(api: AppMeshClient, tls: ClientPolicyTls | undefined): Promise<void> {
  await api.send(
    new UpdateVirtualNodeCommand({ meshName, virtualNodeName: 'client', spec: clientSpec(tls) }),
  );
}

function clientSpec(tls: ClientPolicyTls | undefined) {
  const clientPolicy = tls === undefined ? {} : { tls };
  return { backends: [{ virtualService: { virtualServiceName: SERVER, clientPolicy } }] };
}

function pairIn(folder: string) {
  return (name: string) => ({
    file: { certificateChain: `${folder}/${name}-chain.pem`, privateKey: `${folder}/${name}-key.pem` },
  });
}
