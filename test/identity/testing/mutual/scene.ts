import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenLine } from '../../../../controlplane/ads/testing/access.ts';
import { ADS, type GuardedControlPlane } from '../../../ads/testing/access.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../../lab/clients/envoy-admin.ts';
import type { Host } from '../../../lab/host.ts';
import { createLab, type Lab } from '../../../lab/lab.ts';
import type { Program } from '../../../lab/programs/program.ts';
import { startSidecar } from '../../../lab/programs/sidecar.ts';
import { stage, type Stage } from '../../../lab/stage.ts';
import { until } from '../../../lab/until.ts';
import { authorityFileOn, idOf, joinTokenOf, startClientServerPlane } from '../client-server.ts';
import { DRAIN_S, PORTS, type Protocol } from './ports.ts';

/** The name that the caller calls, of every instance of the server. */
export const SERVICE = 'direct.local';

/** A kind of client of the load: one per protocol, whose tcp connections are short, and two that differ in their connections. */
export type Client = Protocol | 'http, new connections' | 'tcp, kept';

/** The requests of a load, by client. */
export type Load = Readonly<Record<Client, Requests>>;

/**
 * The requests of a kind of client. `failures`: the first ten, each with its time. `closed`: connections of tcp that the policy cut, which are no failures:
 * those of the client that keeps one, and short ones that a starved machine left open for longer than the drain.
 */
export type Requests = {
  readonly requests: number;
  readonly failed: number;
  readonly failures: readonly string[];
  readonly closed?: number;
};

/** A load from a host to a name, by some kinds of client (default: by all), each of which sends a request every `everyMs` milliseconds. */
export type LoadPath = {
  readonly from: Host;
  readonly to: string;
  readonly everyMs: number;
  readonly kinds?: readonly Client[] | undefined;
};

/** Returns the clients of a load with failures. */
export function failing(load: Load): readonly object[] {
  return Object.entries(load)
    .filter(([, { failed }]) => failed > 0)
    .map(([client, counts]) => ({ client, ...counts }));
}

/** Ends a load. Returns its counts. */
export async function endLoad(load: Program): Promise<Load> {
  await load.line(/^ready$/);
  load.kill('SIGTERM');
  return JSON.parse(await load.line(/^\{/)) as Load;
}

/** A mesh with an authority, a server and a caller, each behind an Envoy whose agent has a certificate. */
export type MutualScene = {
  readonly lab: Lab;
  readonly programs: Stage;
  readonly controlPlane: GuardedControlPlane;
  readonly client: Host;
  readonly server: Host;
  readonly admins: { readonly client: EnvoyAdmin; readonly server: EnvoyAdmin };
  /** All Envoys whose agents have a certificate. */
  readonly certified: EnvoyAdmin[];
  /** Writes the MeshIdentity with this specification. */
  readonly secure: (spec: string) => Promise<void>;
  /** Writes documents of YAML to the control plane. */
  readonly apply: (documents: string) => Promise<void>;
  /** Starts the sidecar of a virtual node on a host. `env`: the variables of its agent, beside those that all agents have. */
  readonly startSidecar: (host: Host, node: string, env: Readonly<Record<string, string>>) => Promise<void>;
  /** The variables that all agents have. */
  readonly agentEnvOn: (host: Host) => Promise<Readonly<Record<string, string>>>;
  /** Starts a further instance of the server, with the variables of its agent. */
  readonly addServer: (name: string, env: Readonly<Record<string, string>>) => Promise<Host>;
  /** Starts the server's application on a host. */
  readonly startServer: (host: Host) => Promise<void>;
  /** Waits until every proxy is in sync. */
  readonly allInSync: () => Promise<void>;
  /** Handshakes of the caller's Envoy with the server, by protocol. */
  readonly handshakes: () => Promise<Readonly<Record<Protocol, number>>>;
  /** How often the caller's Envoy failed to connect to the server's tcp port. It connects again, so that no request needs to fail. */
  readonly failedConnects: () => Promise<number>;
  /** Whether the server's Envoy has a chain for mutual TLS on a port. */
  readonly takesMutual: (port: number) => Promise<boolean>;
  /** Connections for requests to the server that the caller's Envoy has closed. */
  readonly closedByCaller: () => Promise<number>;
  /** Default: from the caller to the server, by all kinds of client, 200 a second together. */
  readonly startLoad: (path?: LoadPath) => Program;
  /** Ends a load. Returns its counts. */
  readonly endLoad: (load: Program) => Promise<Load>;
  readonly close: () => Promise<void>;
};

/** The token of a proxy that has no certificate. */
export const OLD_TOKEN = 'old-sidecar';

const HERE = import.meta.dirname;

/** Opens the scene with an Envoy. `flags`: further ones of the control plane; `agentEnv`: further variables of the agents. */
export async function openMutualScene(
  name: string,
  envoy: string,
  flags: readonly string[] = [],
  agentEnv: Readonly<Record<string, string>> = {},
): Promise<MutualScene> {
  const lab = await createLab({ name });
  const programs: Stage = await stage(lab, envoy);
  const controlPlane = await startClientServerPlane(lab, programs, {
    service: SERVICE,
    ports: PORTS,
    files: { tokens: tokenLine(OLD_TOKEN, [idOf('*')]) },
    flags: (file) => [`--tokens=${file('tokens')}`, ...flags],
  });

  const agentEnvOn: MutualScene['agentEnvOn'] = async (host) => ({
    ...(await authorityFileOn(host, controlPlane)),
    DAYBREAK_LISTENER_DRAIN_S: `${DRAIN_S}`,
    ...agentEnv,
  });
  const sidecar: MutualScene['startSidecar'] = async (host, node, env) => {
    const appPorts = node === 'client' ? '' : Object.values(PORTS).join(',');
    const all = { ...(await agentEnvOn(host)), ...env };
    await startSidecar(host, programs, { resource: idOf(node), xds: ADS, appPorts, env: all });
  };
  const apply = async (documents: string): Promise<void> => {
    const file = controlPlane.file('applied.yaml');
    await writeFile(file, documents);
    await controlPlane.daybreak('apply', '-f', file);
  };
  const application = async (host: Host): Promise<void> => {
    await host.spawn('server', process.execPath, [join(HERE, 'server.ts')]).line(/ready/);
  };
  const server = await lab.host('server', { dns: [SERVICE] });
  const client = await lab.host('client');
  await application(server);
  await sidecar(server, 'server', { DAYBREAK_XDS_JOIN_TOKEN: await joinTokenOf(controlPlane, 'server') });
  await sidecar(client, 'client', { DAYBREAK_XDS_JOIN_TOKEN: await joinTokenOf(controlPlane, 'client') });
  const admins = { client: await openEnvoyAdmin(client), server: await openEnvoyAdmin(server) };
  const allInSync = async (): Promise<void> => {
    await until(
      'all in sync',
      async () => {
        const { proxies } = JSON.parse(await controlPlane.daybreak('status', '-o', 'json')) as {
          proxies: { state: string }[];
        };
        return proxies.length >= 2 && proxies.every(({ state }) => state === 'in sync');
      },
      { everyMs: 500 },
    );
  };
  await allInSync();
  await until('both LIVE', async () => (await admins.client.ready()) && (await admins.server.ready()));
  return {
    lab,
    programs,
    controlPlane,
    client,
    server,
    admins,
    certified: Object.values(admins),
    apply,
    secure: (spec) => apply(`meshName: m\nmeshIdentityName: default\nspec: ${spec}\n`),
    startSidecar: sidecar,
    agentEnvOn,
    async addServer(host, env) {
      const made = await lab.host(host);
      await application(made);
      await sidecar(made, 'server', env);
      return made;
    },
    startServer: application,
    allInSync,
    async handshakes() {
      const stats = await admins.client.stats('^cluster\\.cds_egress_m_server_.*\\.ssl\\.handshake$');
      const of = (protocol: Protocol): number =>
        stats.get(`cluster.cds_egress_m_server_${protocol}_${PORTS[protocol]}.ssl.handshake`) ?? 0;
      return { http: of('http'), tcp: of('tcp'), http2: of('http2'), grpc: of('grpc') };
    },
    failedConnects: () =>
      admins.client.stat(`cluster.cds_egress_m_server_tcp_${PORTS.tcp}.upstream_cx_connect_fail`),
    async takesMutual(port) {
      const config = JSON.stringify(await admins.server.configDump());
      return new RegExp(`"(ingress|lds_ingress)[^"]*_${port}[^"]*_mesh"`).test(config);
    },
    async closedByCaller() {
      const stats = await admins.client.stats(
        '^cluster\\.cds_egress_m_server_(http|grpc).*\\.upstream_cx_destroy$',
      );
      return [...stats.values()].reduce((sum, each) => sum + each, 0);
    },
    endLoad,
    startLoad: ({ from, to, everyMs, kinds = [] } = { from: client, to: SERVICE, everyMs: 30 }) =>
      from.spawn(`load on ${to}`, process.execPath, [join(HERE, 'load.ts'), to, `${everyMs}`, ...kinds]),
    async close() {
      await admins.client.close();
      await admins.server.close();
      await lab.close();
    },
  };
}
