import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  UpdateVirtualNodeCommand,
  type Listener,
  type ListenerTlsCertificate,
} from '@aws-sdk/client-app-mesh';
import type { Status } from '../../../agent/status/status.ts';
import { envoyOf, type ENVOYS } from '../../../controlplane/translate/testing/real-envoy.ts';
import { appMeshClient } from '../../../demo/color-model.ts';
import { startControlPlane } from '../../lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../lab/clients/envoy-admin.ts';
import type { Host } from '../../lab/host.ts';
import { request } from '../../lab/clients/http.ts';
import { createLab } from '../../lab/lab.ts';
import { openLoopback } from '../../lab/net/loopback.ts';
import type { Program } from '../../lab/programs/program.ts';
import { SIDECAR_UID, startSidecar } from '../../lab/programs/sidecar.ts';
import { stage } from '../../lab/stage.ts';
import { createAuthority, writePair, type Authority, type Wanted } from './authority.ts';
import { knock } from './knock.ts';

/** The port whose certificate and authorities come from the secret discovery server. */
export const SDS_PORT = 8443;
/** The port whose certificate comes from files. */
export const FILE_PORT = 8444;
/** The port that a test adds. */
export const MORE_PORT = 8445;

const meshName = 'm';
const virtualNodeName = 'server';

/** A virtual node behind its Envoy, and its secret discovery server, which a test stops, starts and breaks. */
export type SecretsFixture = {
  readonly host: Host;
  readonly envoy: EnvoyAdmin;
  readonly authority: Authority;
  /** The folder of the certificates' files: `server-chain.pem`, `app-chain.pem`, … */
  readonly folder: string;
  /** The folder of the server's socket, and the socket. */
  readonly socketFolder: string;
  readonly socket: string;
  /** Starts the secret discovery server, with the current contents of the folder. */
  startSds(): Promise<Program>;
  /** Writes the certificate that it serves. */
  writeApp(wanted: Wanted): Promise<void>;
  /** Sets whether the workload has an entry; without one the server rejects every stream. */
  setEntry(isThere: boolean): void;
  /** Gives the node a listener on MORE_PORT with this certificate, or removes it. */
  setMore(certificate: ListenerTlsCertificate | undefined): Promise<void>;
  /** The agent's status. */
  status(): Promise<Status>;
  metrics(): Promise<string>;
  /** The agent's log so far. */
  log(): string;
  /** The names in the certificate that a port presents to a caller of the authority; undefined if no connection can be made. */
  shownBy(port: number): Promise<string | undefined>;
  close(): Promise<void>;
};

/** Opens the fixture with the Envoy that a variable names; the secret discovery server does not run yet. `name` is the lab's. */
export async function openSecretsFixture(
  name: string,
  variable: (typeof ENVOYS)[number],
): Promise<SecretsFixture> {
  const authority = await createAuthority();
  const lab = await createLab({ name });
  const folder = join(lab.folder, 'keys');
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, 'ca.pem'), authority.certificate);
  await writePair(join(folder, 'server'), await authority.issue({ dns: ['from-files'] }));
  const caller = await authority.issue({ dns: ['caller'] });

  const programs = await stage(lab, envoyOf(variable));
  const controlPlane = await startControlPlane(await lab.host('control'), programs);
  const api = appMeshClient(controlPlane.endpoint);
  const spec = (listeners: readonly Listener[]) => ({
    listeners: [...listeners],
    serviceDiscovery: { dns: { hostname: virtualNodeName } },
  });
  const always = [
    listener(SDS_PORT, { sds: { secretName: 'app' } }, 'ROOTCA'),
    listener(FILE_PORT, {
      file: {
        certificateChain: join(folder, 'server-chain.pem'),
        privateKey: join(folder, 'server-key.pem'),
      },
    }),
  ];
  await api.send(new CreateMeshCommand({ meshName }));
  await api.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec: spec(always) }));

  const host = await lab.host(virtualNodeName);
  const socketFolder = join(host.folder, 'sockets');
  // Like a folder that an operator created as root.
  mkdirSync(socketFolder, { mode: 0o700 });
  const socket = join(socketFolder, 'agent.sock');
  const app = host.spawn('app', process.execPath, [
    join(import.meta.dirname, 'app.ts'),
    ...[SDS_PORT, FILE_PORT, MORE_PORT].map(String),
  ]);
  await app.line(/ready/);
  await startSidecar(host, programs, {
    resource: `mesh/${meshName}/virtualNode/${virtualNodeName}`,
    xds: controlPlane.xds,
    appPorts: [SDS_PORT, FILE_PORT, MORE_PORT].join(','),
    env: { APPMESH_SDS_SOCKET_PATH: socket, HC_POLL_INTERVAL_MS: '2000' },
  });
  const envoy = await openEnvoyAdmin(host);
  const agent = await openLoopback(host, 9902);
  const ask = async (path: string) =>
    (await request(`http://localhost${path}`, { socketPath: agent.socketPath })).body;

  return {
    host,
    envoy,
    authority,
    folder,
    socketFolder,
    socket,
    async startSds() {
      rmSync(socket, { force: true });
      const program = host.spawn('sds', process.execPath, [
        join(import.meta.dirname, 'sds-server.ts'),
        socket,
        folder,
      ]);
      await program.line(/ready/);
      await host.exec('chown', [`${SIDECAR_UID}`, socket]);
      return program;
    },
    writeApp: async (wanted) => writePair(join(folder, 'app'), await authority.issue(wanted)),
    setEntry(isThere) {
      const file = join(folder, 'no-entry');
      if (isThere) rmSync(file, { force: true });
      else writeFileSync(file, '');
    },
    async setMore(certificate) {
      const more = certificate === undefined ? [] : [listener(MORE_PORT, certificate)];
      await api.send(
        new UpdateVirtualNodeCommand({ meshName, virtualNodeName, spec: spec([...always, ...more]) }),
      );
    },
    status: async () => JSON.parse(await ask('/status')) as Status,
    metrics: () => ask('/metrics'),
    log: () => readFileSync(join(host.folder, 'agent.log'), 'utf8'),
    async shownBy(port) {
      const outcome = await knock(host.address, port, { cert: caller.chain, key: caller.privateKey });
      return 'certificate' in outcome ? outcome.certificate?.subjectAltName : undefined;
    },
    async close() {
      await Promise.all([envoy.close(), agent.close()]);
      await lab.close();
    },
  };
}

function listener(port: number, certificate: ListenerTlsCertificate, authorities?: string): Listener {
  const validation = authorities && { trust: { sds: { secretName: authorities } } };
  return {
    portMapping: { port, protocol: 'http' },
    tls: { mode: 'STRICT', certificate, ...(validation && { validation }) },
  };
}
