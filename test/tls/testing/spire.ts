import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Host } from '../../lab/host.ts';
import type { Program } from '../../lab/programs/program.ts';
import { until } from '../../lab/until.ts';

/** The trust domain of everything in this file. */
export const TRUST_DOMAIN = 'apps.test';

/** The port of a SPIRE server for its agents. */
export const SPIRE_PORT = 8081;

const MODULE = 'github.com/spiffe/spire';
const READY = { limitMs: 120_000, everyMs: 200 };

/** A SPIRE server on a host. */
export type SpireServer = {
  readonly address: string;
  /** Registers workloads of a uid on a node, with SVIDs that live `ttlSeconds` seconds. */
  register(entry: Entry): Promise<void>;
  /** Deletes every entry for an id. */
  unregister(id: string): Promise<void>;
  /** Creates a token with which an agent joins as that node. */
  joinToken(node: string): Promise<string>;
};

/** A workload that gets an SVID. */
export type Entry = {
  readonly node: string;
  readonly id: string;
  readonly uid: number;
  readonly ttlSeconds: number;
};

/** A SPIRE agent on a host, which keeps its node identity across restarts. */
export type SpireAgent = {
  readonly socket: string;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Builds SPIRE's two programs from the Go module proxy into a folder. Takes minutes. */
export async function buildSpire(folder: string, version: string): Promise<void> {
  const source = join(folder, 'module');
  mkdirSync(source, { recursive: true });
  // A module that requires it: `go install MODULE@VERSION` requests the list of versions, which not every proxy has.
  writeFileSync(join(source, 'go.mod'), `module spire\n\ngo 1.25\n\nrequire ${MODULE} ${version}\n`);
  for (const program of ['spire-server', 'spire-agent']) {
    const args = ['build', '-mod=mod', '-o', `${folder}/`, `${MODULE}/cmd/${program}`];
    await execa('go', args, { cwd: source, stdio: 'inherit' });
  }
}

/** Starts a SPIRE server, and waits until it serves. `programs`: the folder of SPIRE's two programs. */
export async function startSpireServer(host: Host, programs: string): Promise<SpireServer> {
  const program = join(programs, 'spire-server');
  const folder = join(host.folder, 'spire-server');
  mkdirSync(folder);
  const socket = join(folder, 'api.sock');
  const config = join(folder, 'server.conf');
  writeFileSync(
    config,
    `server {
  bind_address = "${host.address}"
  bind_port = "${SPIRE_PORT}"
  socket_path = "${socket}"
  trust_domain = "${TRUST_DOMAIN}"
  data_dir = "${folder}"
}
plugins {
  DataStore "sql" { plugin_data { database_type = "sqlite3" connection_string = "${folder}/data.sqlite3" } }
  KeyManager "memory" { plugin_data {} }
  NodeAttestor "join_token" { plugin_data {} }
}
`,
  );
  const log = join(host.folder, 'spire-server.log');
  host.spawn('spire-server', program, ['run', '-config', config], { log });
  const ask = async (...words: readonly string[]) =>
    (await host.exec(program, [...words, '-socketPath', socket])).stdout;
  await until('the SPIRE server serves', () => ask('healthcheck'), READY);
  return {
    address: host.address,
    async register({ node, id, uid, ttlSeconds }) {
      const who = ['-parentID', spiffeId(node), '-spiffeID', spiffeId(id), '-selector', `unix:uid:${uid}`];
      await ask('entry', 'create', ...who, '-x509SVIDTTL', `${ttlSeconds}`);
    },
    async unregister(id) {
      const shown = await ask('entry', 'show', '-spiffeID', spiffeId(id));
      for (const [, entry = ''] of shown.matchAll(/^Entry ID\s*: (\S+)$/gm)) {
        await ask('entry', 'delete', '-entryID', entry);
      }
    },
    async joinToken(node) {
      const said = await ask('token', 'generate', '-spiffeID', spiffeId(node));
      return /^Token: (\S+)/m.exec(said)?.[1] ?? '';
    },
  };
}

/** Joins a node. The socket is in a folder that every user may enter, as docs/spire.md requires. */
export async function joinSpire(
  host: Host,
  programs: string,
  server: SpireServer,
  node: string,
): Promise<SpireAgent> {
  const program = join(programs, 'spire-agent');
  const folder = join(host.folder, 'spire-agent');
  const sockets = join(host.folder, 'spire-sockets');
  mkdirSync(folder);
  mkdirSync(sockets, { mode: 0o755 });
  const socket = join(sockets, 'agent.sock');
  const config = join(folder, 'agent.conf');
  writeFileSync(
    config,
    `agent {
  server_address = "${server.address}"
  server_port = "${SPIRE_PORT}"
  socket_path = "${socket}"
  trust_domain = "${TRUST_DOMAIN}"
  data_dir = "${folder}"
  insecure_bootstrap = true
}
plugins {
  KeyManager "disk" { plugin_data { directory = "${folder}" } }
  NodeAttestor "join_token" { plugin_data {} }
  WorkloadAttestor "unix" { plugin_data {} }
}
`,
  );
  const token = await server.joinToken(node);
  let running: Program | undefined;
  return {
    socket,
    async start() {
      const args = ['run', '-config', config, '-joinToken', token];
      running = host.spawn('spire-agent', program, args, { log: join(host.folder, 'spire-agent.log') });
      await until(
        'the SPIRE agent serves',
        () => host.exec(program, ['healthcheck', '-socketPath', socket]),
        READY,
      );
    },
    stop: async () => void (await running?.stop()),
  };
}

/** Returns the SPIFFE id of a name. */
export function spiffeId(name: string): string {
  return `spiffe://${TRUST_DOMAIN}/${name}`;
}
