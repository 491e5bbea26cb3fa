import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppMeshClient } from '@aws-sdk/client-app-mesh';
import type { Status } from '../../../agent/status/status.ts';
import { envoyOf, type ENVOYS } from '../../../controlplane/translate/testing/real-envoy.ts';
import { appMeshClient } from '../../../demo/color-model.ts';
import { startControlPlane } from '../../lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../lab/clients/envoy-admin.ts';
import type { Host } from '../../lab/host.ts';
import { request } from '../../lab/clients/http.ts';
import { createLab } from '../../lab/lab.ts';
import { openLoopback } from '../../lab/net/loopback.ts';
import { SIDECAR_UID, startAgent, startSidecar } from '../../lab/programs/sidecar.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { createAuthority, writePair, type Authority } from './authority.ts';
import { knock, type Knock } from './knock.ts';
import { CALLER, createModel, PORTS, PROTOCOLS, SERVER, type Port } from './model.ts';

/** A server and a client, each behind its Envoy, and a secret discovery server on the server's host, in the mesh of model.ts. */
export type TlsFixture = {
  readonly server: Host;
  readonly client: Host;
  /** Adds a host for a virtual gateway. */
  startGateway(name: string): Promise<Host>;
  readonly api: AppMeshClient;
  readonly serverEnvoy: EnvoyAdmin;
  readonly clientEnvoy: EnvoyAdmin;
  /** The folder of the certificates' files: `server-chain.pem`, `server-key.pem`, `servers.pem`, … */
  readonly folder: string;
  /** The authority of the servers' certificates. */
  readonly servers: Authority;
  /** The authority of the callers' certificates. */
  readonly callers: Authority;
  /** Waits until all proxies are in sync. */
  inSync(): Promise<void>;
  /** The status of the server's agent. */
  status(): Promise<Status>;
  /** Calls the server from outside. */
  fromOutside(port: Port, tls?: Parameters<typeof knock>[2]): Promise<Knock>;
  /** Returns the names in the certificate that a listener presents. */
  shownBy(port: Port, tls?: Parameters<typeof knock>[2]): Promise<string | undefined>;
  close(): Promise<void>;
};

/** The folder of the programs for protocols other than HTTP/1.1. */
export const PROTOCOL_PROGRAMS = join(import.meta.dirname, '../../protocols');

/** Opens the fixture with the Envoy that a variable names; `name` is the lab's. */
export async function openTlsFixture(name: string, variable: (typeof ENVOYS)[number]): Promise<TlsFixture> {
  const [servers, callers] = await Promise.all([createAuthority(), createAuthority()]);
  const lab = await createLab({ name });
  const folder = join(lab.folder, 'keys');
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, 'servers.pem'), servers.certificate);
  writeFileSync(join(folder, 'callers.pem'), callers.certificate);
  writeFileSync(join(folder, 'ca.pem'), callers.certificate);
  await writePair(join(folder, 'server'), await servers.issue({ dns: [SERVER] }));
  await writePair(join(folder, 'app'), await servers.issue({ dns: ['from-sds'] }));
  await writePair(join(folder, 'caller'), await callers.issue({ uri: [CALLER] }));

  const programs = await stage(lab, envoyOf(variable));
  const controlPlane = await startControlPlane(await lab.host('control'), programs);
  const api = appMeshClient(controlPlane.endpoint);
  await createModel(api, folder);
  const server = await lab.host(SERVER);
  const client = await lab.host('client');
  const env = { APPMESH_SDS_SOCKET_PATH: await startApps(server, folder) };
  const { xds } = controlPlane;
  const appPorts = [...Object.values(PORTS), ...Object.values(PROTOCOLS)].join(',');
  await startSidecar(server, programs, { resource: `mesh/m/virtualNode/${SERVER}`, xds, appPorts, env });
  await startSidecar(client, programs, { resource: 'mesh/m/virtualNode/client', xds, appPorts: '' });
  const [serverEnvoy, clientEnvoy] = await Promise.all([openEnvoyAdmin(server), openEnvoyAdmin(client)]);
  const agent = await openLoopback(server, 9902);
  const inSync = async (): Promise<void> => {
    await until('all in sync', async () => {
      const { proxies } = await controlPlane.status();
      return proxies.length >= 2 && proxies.every(({ state }) => state === 'in sync');
    });
  };
  await until('both live', async () => (await clientEnvoy.ready()) && (await serverEnvoy.ready()), {
    limitMs: 120_000,
  });
  await inSync();

  const fromOutside: TlsFixture['fromOutside'] = (port, tls) => knock(server.address, PORTS[port], tls);
  return {
    server,
    client,
    async startGateway(gatewayName) {
      const host = await lab.host(gatewayName);
      startAgent(host, programs, { resource: `mesh/m/virtualGateway/${gatewayName}`, xds, appPorts: '' });
      return host;
    },
    api,
    serverEnvoy,
    clientEnvoy,
    folder,
    servers,
    callers,
    inSync,
    async status() {
      const { body } = await request('http://localhost/status', { socketPath: agent.socketPath });
      return JSON.parse(body) as Status;
    },
    fromOutside,
    async shownBy(port, tls = {}) {
      const outcome = await fromOutside(port, tls);
      return 'certificate' in outcome ? outcome.certificate?.subjectAltName : undefined;
    },
    async close() {
      await Promise.all([serverEnvoy.close(), clientEnvoy.close(), agent.close()]);
      await lab.close();
    },
  };
}

/** Starts the applications behind the server's Envoy, and the secret discovery server; returns its socket. */
async function startApps(server: Host, folder: string): Promise<string> {
  const run = (name: string, ...args: string[]) => server.spawn(name, process.execPath, args).line(/ready/);
  await run('app', join(import.meta.dirname, 'app.ts'), ...Object.values(PORTS).map(String));
  await run('protocols', join(PROTOCOL_PROGRAMS, 'server.ts'));
  const socket = join(server.folder, 'sds.sock');
  await run('sds', join(import.meta.dirname, 'sds-server.ts'), socket, folder);
  await server.exec('chown', [`${SIDECAR_UID}`, socket]);
  return socket;
}
