import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startGuardedControlPlane, type GuardedControlPlane } from '../../ads/testing/access.ts';
import type { Host } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Stage } from '../../lab/stage.ts';

/** A mesh `m` in which the virtual node `client` calls the virtual node `server`. */
export type ClientServerOptions = {
  /** The host name of the server's instances, and the name of its virtual service. */
  readonly service: string;
  /** The port of each protocol of the server. */
  readonly ports: Readonly<Record<string, number>>;
  /** Further documents, each with the line `---` before it. */
  readonly more?: string;
  /** Further files of the control plane, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further flags of the control plane. `file`: the path of one of its files. */
  readonly flags?: (file: (name: string) => string) => readonly string[];
};

/** Starts a control plane with an authority of `apps.example`, and creates the mesh. */
export async function startClientServerPlane(
  lab: Lab,
  programs: Stage,
  { service, ports, more = '', files = {}, flags = () => [] }: ClientServerOptions,
): Promise<GuardedControlPlane> {
  const own = { 'ca.key': randomBytes(32).toString('base64'), 'm.yaml': meshOf(service, ports) + more };
  const controlPlane = await startGuardedControlPlane(lab, programs, { ...own, ...files }, (file) => [
    '--trust-domain=apps.example',
    `--ca-key=${file('ca.key')}`,
    ...flags(file),
  ]);
  await controlPlane.daybreak('apply', '-f', controlPlane.file('m.yaml'));
  return controlPlane;
}

/** Returns the `node.id` of a virtual node. */
export function idOf(node: string): string {
  return `mesh/m/virtualNode/${node}`;
}

/** Creates a join token of a virtual node. */
export async function joinTokenOf(controlPlane: GuardedControlPlane, node: string): Promise<string> {
  return (await controlPlane.daybreak('token', 'join', '--node', idOf(node))).trim();
}

/** Writes the authority of the control plane's certificate to a host. Returns the agent's variable for it. */
export async function authorityFileOn(
  host: Host,
  { authority }: GuardedControlPlane,
): Promise<{ readonly DAYBREAK_XDS_CA_FILE: string }> {
  const file = join(host.folder, 'ca.pem');
  await writeFile(file, authority.pem, { mode: 0o644 });
  return { DAYBREAK_XDS_CA_FILE: file };
}

function meshOf(service: string, ports: ClientServerOptions['ports']): string {
  const listeners = Object.entries(ports).map(
    ([protocol, port]) => `    - portMapping: { port: ${port}, protocol: ${protocol} }`,
  );
  return `
meshName: m
spec: {}
---
meshName: m
virtualNodeName: server
spec:
  listeners:
${listeners.join('\n')}
  serviceDiscovery:
    dns: { hostname: ${service} }
---
meshName: m
virtualServiceName: ${service}
spec:
  provider:
    virtualNode: { virtualNodeName: server }
---
meshName: m
virtualNodeName: client
spec:
  backends:
    - virtualService: { virtualServiceName: ${service} }
`;
}
