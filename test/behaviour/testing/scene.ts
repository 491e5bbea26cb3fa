import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { envoyOf, type ENVOYS } from '../../../controlplane/translate/testing/real-envoy.ts';
import { startControlPlane, type ControlPlane } from '../../lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../lab/clients/envoy-admin.ts';
import { request } from '../../lab/clients/http.ts';
import type { Host } from '../../lab/host.ts';
import type { Program } from '../../lab/programs/program.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { SIDECAR_UID, startAgent } from '../../lab/programs/sidecar.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { APP_CONTROL_PORT, type AppOptions } from './apps/app-options.ts';
import { startCaller, type Caller } from './callers/caller.ts';
import { createAll, type Input } from './inputs.ts';

/** A host of a scene, and the programs on it beside a caller. */
export type Role = {
  /** Further names that resolve to it. */
  readonly dns?: readonly string[];
  /** Whether its names resolve to its IPv6 address too. Default: as in the plot. */
  readonly ipv6Names?: boolean;
  readonly app?: Omit<AppOptions, 'name'>;
  /** `mesh/M/virtualNode/N`, or a virtual gateway: then it has an Envoy, and for a node the traffic rules that redirect to it. */
  readonly resource?: string;
  /** Whether the traffic of its virtual node is redirected. Default: true. */
  readonly rules?: boolean;
  /** The app's ports whose traffic the sidecar intercepts. */
  readonly appPorts?: readonly number[];
  /** Further variables of its agent. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Hosts by name, and the model that configures their Envoys. */
export type Plot<H extends string> = {
  readonly hosts: Readonly<Record<H, Role>>;
  /** `logs`: returns a folder of a host that its Envoy can write to. */
  readonly inputs: (logs: (host: H) => string) => readonly Input[];
  /** Whether names resolve to IPv6 addresses too, and traffic rules include IPv6. Default: false. */
  readonly ipv6?: boolean;
  /** Further flags and variables of the control plane. */
  readonly controlPlane?: (lab: Lab) => Promise<Parameters<typeof startControlPlane>[2]>;
};

/** One host, with its programs. */
export type Actor = {
  readonly host: Host;
  readonly caller: Caller;
  /** The admin interface of its Envoy. Fails if it has no Envoy. */
  admin(): EnvoyAdmin;
  /** The agent that was started last. Fails if it has none. */
  agent(): Program;
  /** Starts another agent, after the last has ended. `env`: further variables. */
  startAgent(env?: Readonly<Record<string, string>>): Program;
  /** How many requests with an id its app has received. */
  attempts(id: string): Promise<number>;
  /** Makes its app answer 500 on a port from now on. */
  fail(port: number): Promise<void>;
  /** Makes its health checks on a port fail or succeed from now on. */
  feel(port: number, health: 'sick' | 'well'): Promise<void>;
  /** Makes its app answer the requests with the plan `held:GROUP`, and further ones at once. */
  release(group: string): Promise<void>;
};

/** The environment of a test file: one control plane, a few hosts, some with an Envoy, all in sync. */
export type Scene<H extends string> = {
  readonly lab: Lab;
  readonly controlPlane: ControlPlane;
  readonly actors: Readonly<Record<H, Actor>>;
  close(): Promise<void>;
};

/** Creates hosts, model and programs, with the Envoy that a variable names, and waits until every Envoy has all of its configuration. */
export async function openScene<H extends string>(
  name: string,
  variable: (typeof ENVOYS)[number],
  plot: Plot<H>,
): Promise<Scene<H>> {
  const lab = await createLab({ name, ipv6Names: plot.ipv6 ?? false });
  try {
    return await furnish(lab, envoyOf(variable), plot);
  } catch (error) {
    await lab.close();
    throw error;
  }
}

async function furnish<H extends string>(lab: Lab, envoy: string, plot: Plot<H>): Promise<Scene<H>> {
  const programs = await stage(lab, envoy);
  const told = await plot.controlPlane?.(lab);
  const controlPlane = await startControlPlane(await lab.host('control'), programs, told);
  const roles = Object.entries<Role>(plot.hosts);
  const hosts = new Map<string, Host>();
  // All names first: an app or an Envoy may resolve one as it starts.
  for (const [host, { dns = [], ipv6Names = plot.ipv6 ?? false }] of roles)
    hosts.set(host, await lab.host(host, { dns, ipv6Names }));
  await createAll(controlPlane.endpoint, plot.inputs(logsOf));
  const actors = await Promise.all(
    roles.map(async ([key, role]): Promise<[string, Actor]> => [key, await enter(hosts.get(key), role)]),
  );
  const resources = roles.flatMap(([, { resource }]) => resource ?? []);
  await until('every Envoy in sync', async () => {
    const { proxies } = await controlPlane.status();
    return resources.every((resource) =>
      proxies.some((proxy) => proxy.resource === resource && proxy.state === 'in sync'),
    );
  });
  for (const [key, { resource }] of roles) {
    const actor = actors.find(([name]) => name === key)?.[1];
    if (resource !== undefined)
      await until(`${key} LIVE`, async () => (await actor?.admin().ready()) === true);
  }
  return {
    lab,
    controlPlane,
    actors: Object.fromEntries(actors) as Record<H, Actor>,
    close: () => lab.close(),
  };

  function logsOf(key: string): string {
    const folder = join(hosts.get(key)?.folder ?? '', 'logs');
    mkdirSync(folder, { recursive: true });
    chownSync(folder, SIDECAR_UID, SIDECAR_UID);
    return folder;
  }

  async function enter(host: Host | undefined, role: Role): Promise<Actor> {
    if (host === undefined) throw new Error('a host is missing');
    const { app, resource, rules = true, appPorts = [], env: more = {} } = role;
    if (app !== undefined) {
      const options = JSON.stringify({ ...app, name: host.name } satisfies AppOptions);
      const program = join(import.meta.dirname, 'apps/app.ts');
      await host.spawn('app', process.execPath, [program, options]).line(/^ready$/);
    }
    const caller = await startCaller(host);
    let agent: Program | undefined;
    let start: ((further: Readonly<Record<string, string>>) => Program) | undefined;
    if (resource !== undefined) {
      const ports = appPorts.join(',');
      if (rules && resource.includes('/virtualNode/')) {
        const env = { APPMESH_APP_PORTS: ports, APPMESH_ENABLE_IPV6: plot.ipv6 === true ? '1' : '0' };
        await host.exec(programs.node, [programs.daybreak, 'proxyinit'], { env });
      }
      // One thread: a retry then always finds the connection of the attempt before it.
      const env = { ENVOY_CONCURRENCY: '1', ...more };
      start = (further) =>
        startAgent(host, programs, {
          resource,
          xds: controlPlane.xds,
          appPorts: ports,
          env: { ...env, ...further },
        });
      agent = start({});
    }
    const admin = resource === undefined ? undefined : await openEnvoyAdmin(host);
    const control = (path: string) => request(`http://${host.address}:${APP_CONTROL_PORT}/${path}`);
    return {
      host,
      caller,
      admin() {
        if (admin === undefined) throw new Error(`${host.name} has no Envoy`);
        return admin;
      },
      agent() {
        if (agent === undefined) throw new Error(`${host.name} has no agent`);
        return agent;
      },
      startAgent(further = {}) {
        if (start === undefined) throw new Error(`${host.name} has no agent`);
        agent = start(further);
        return agent;
      },
      attempts: async (id) => Number((await control(`attempts/${encodeURIComponent(id)}`)).body),
      fail: async (port) => void (await control(`fail/${port}`)),
      feel: async (port, health) => void (await control(`${health}/${port}`)),
      release: async (group) => void (await control(`release/${encodeURIComponent(group)}`)),
    };
  }
}
