import { writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../../../controlplane/api/properties/testing/with-files.ts';
import { startTestPostgres, type TestPostgres } from '../../../controlplane/store/testing/postgres-server.ts';
import { selfSigned } from '../../../controlplane/tls/testing/certificates.ts';
import { envoyOf, ENVOYS } from '../../../controlplane/translate/testing/real-envoy.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../lab/clients/envoy-admin.ts';
import type { Host } from '../../lab/host.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import type { Program } from '../../lab/programs/program.ts';
import { createReplica, type Replica } from '../../lab/programs/replica.ts';
import { startAgent } from '../../lab/programs/sidecar.ts';
import { stage, type Stage } from '../../lab/stage.ts';
import { PROXIED } from './requests.ts';

/** An Envoy with our agent, which represents a resource. */
export type Proxy = {
  readonly host: Host;
  /** `mesh/m/virtualNode/app`. */
  readonly resource: string;
  /** The resource's name and the number of the Envoy release. */
  readonly name: string;
  readonly admin: EnvoyAdmin;
  /** Restarts its agent, which tries these replicas in order, without any state of an earlier one. */
  start(replicas: readonly Replica[]): Promise<void>;
};

/** The environment of a storm: two replicas on one database, a third that does not run yet, and two proxies per Envoy release. */
export type Scene = {
  readonly postgres: TestPostgres;
  readonly store: string;
  readonly replicas: readonly [Replica, Replica];
  /** A replica that starts late, and knows only the contents of the database. */
  readonly late: Replica;
  readonly proxies: readonly Proxy[];
  readonly files: Files;
  close(): Promise<void>;
};

/** Creates the scene; both replicas run, and no proxy does. */
export async function openScene(name: string): Promise<Scene> {
  const postgres = await startTestPostgres();
  const lab = await createLab({ name });
  const close = async (): Promise<void> => {
    await lab.close();
    await postgres.remove();
  };
  try {
    const store = await postgres.database();
    const files = await writeFiles(lab);
    const stages: Stage[] = [];
    for (const variable of ENVOYS) stages.push(await stage(lab, envoyOf(variable)));
    const [current, ...others] = stages;
    if (current === undefined) throw new Error('there is no Envoy to try');
    const replica = async (host: string) => createReplica(await lab.host(host), current, store);
    const replicas = [await replica('one'), await replica('two')] as const;
    await Promise.all(replicas.map((each) => each.start()));
    const proxies: Proxy[] = [];
    for (const [index, programs] of [current, ...others].entries())
      for (const [kind, of] of Object.entries(PROXIED))
        proxies.push(await createProxy(lab, `${of}-${index}`, `mesh/m/${kind}/${of}`, programs));
    return { postgres, store, replicas, late: await replica('late'), proxies, files, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function writeFiles(lab: Lab): Promise<Files> {
  const files = {
    log: '/dev/null',
    certificate: join(lab.folder, 'cert.pem'),
    privateKey: join(lab.folder, 'key.pem'),
  };
  const { cert, key } = await selfSigned();
  writeFileSync(files.certificate, cert);
  writeFileSync(files.privateKey, key);
  return files;
}

async function createProxy(lab: Lab, name: string, resource: string, programs: Stage): Promise<Proxy> {
  const host = await lab.host(name);
  // Gateways listen on the ports of the model, and uid 1337 may not use all of them by default.
  await host.exec('sysctl', ['-q', 'net.ipv4.ip_unprivileged_port_start=0']);
  let agent: Program | undefined;
  return {
    host,
    resource,
    name,
    admin: await openEnvoyAdmin(host),
    async start(replicas) {
      await agent?.stop();
      rmSync(join(host.folder, 'run'), { recursive: true, force: true });
      agent = startAgent(host, programs, {
        resource,
        xds: replicas.map(({ xds }) => xds).join(','),
        appPorts: '',
        env: { DAYBREAK_LISTENER_DRAIN_S: '1', LISTENER_DRAIN_WAIT_TIME_S: '5', ENVOY_CONCURRENCY: '1' },
      });
    },
  };
}
