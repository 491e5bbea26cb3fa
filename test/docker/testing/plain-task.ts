import {
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
  type AppMeshClient,
} from '@aws-sdk/client-app-mesh';
import { PAGE } from '../../docs/walks/migrate-page.ts';
import { blockOf } from './blocks.ts';
import type { Docker } from './dockerd.ts';

/** The virtual service of `serviceB`, by which `front` calls it. */
const SERVICE = 'serviceb.local';

const PORT = 8000;

/** Creates the mesh of docs/migrate.md, with a second virtual node that calls the first. The mesh itself exists. */
export async function createPlainModel(client: AppMeshClient): Promise<void> {
  const meshName = 'apps';
  const listeners = [{ portMapping: { port: PORT, protocol: 'http' as const } }];
  const at = (hostname: string) => ({
    serviceDiscovery: { dns: { hostname, responseType: 'ENDPOINTS' as const } },
  });
  await client.send(
    new CreateVirtualNodeCommand({
      meshName,
      virtualNodeName: 'serviceB',
      spec: { listeners, ...at(SERVICE) },
    }),
  );
  const provider = { virtualNode: { virtualNodeName: 'serviceB' } };
  await client.send(
    new CreateVirtualServiceCommand({ meshName, virtualServiceName: SERVICE, spec: { provider } }),
  );
  const backends = [{ virtualService: { virtualServiceName: SERVICE } }];
  await client.send(
    new CreateVirtualNodeCommand({
      meshName,
      virtualNodeName: 'front',
      spec: { listeners, backends, ...at('front.local') },
    }),
  );
}

/** Three containers by the `docker run` lines of docs/migrate.md: an application, the rules in its network, and Envoy. */
export type PlainTask = {
  /** The names of the containers. */
  readonly app: string;
  readonly envoy: string;
};

/** The URL at which `front` answers with a color: Docker publishes its port, because only Docker's own host has a route to its networks. */
export const frontUrl = ({ host }: Docker): string => `http://${host.address}:${PUBLISHED}/color`;

const PUBLISHED = 8001;

/** Runs an instance of `serviceB`, which answers with a color, or of `front`, which asks `serviceB` for it. */
export async function runPlainTask(
  docker: Docker,
  run: (line: string) => Promise<string>,
  {
    network,
    name,
    node,
  }: { readonly network: string; readonly name: string; readonly node: 'serviceB' | 'front' },
): Promise<PlainTask> {
  const app = `${name}-app`;
  const envoy = `${name}-envoy`;
  const [alias, variable, command] =
    node === 'serviceB'
      ? [SERVICE, 'COLOR=white', 'teller']
      : ['front.local', `COLOR_TELLER_ENDPOINT=${SERVICE}:${PORT}`, 'gateway'];
  const publish = node === 'front' ? ['--publish', `${PUBLISHED}:${PORT}`] : [];
  const flags = ['--detach', '--name', app, '--network', network, '--network-alias', alias, ...publish];
  const env = ['--env', variable, '--env', `SERVER_PORT=${PORT}`];
  await docker.run('run', ...flags, ...env, 'daybreak-color:0.1.0', 'color', command);
  const inNetwork = (line: string): string => line.replace('--network host', `--network container:${app}`);
  const [rules = ''] = blockOf(PAGE, 'docker run --rm --network host');
  await run(inNetwork(rules));
  const [line = ''] = blockOf(PAGE, 'docker run --detach --restart=always --stop-timeout');
  await run(inNetwork(line).replace('--detach', `--detach --name ${envoy}`).replace('serviceB', node));
  return { app, envoy };
}

/** Returns how many requests the Envoy of a container has taken for its application; 0 while it has no listener. */
export async function inboundRequests(docker: Docker, envoy: string): Promise<number> {
  const url = 'localhost:9901/stats?filter=http.ingress.downstream_rq_total';
  return Number((await docker.run('exec', envoy, 'curl', '--silent', url)).split(': ')[1] ?? 0);
}
