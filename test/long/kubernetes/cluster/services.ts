import { API_PORT, type Cluster } from './cluster.ts';

type Service = {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly clusterIP: string;
    readonly ports: readonly { readonly name?: string; readonly port: number }[];
  };
};
type Slice = {
  readonly metadata: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly endpoints?:
    | null
    | readonly {
        readonly addresses: readonly string[];
        readonly conditions: { readonly ready?: boolean };
      }[];
  readonly ports?: null | readonly { readonly name?: string; readonly port?: number }[];
};
type List<T> = { readonly items: readonly T[] };

/** A name of a service, and its address. */
export type ServiceName = { readonly name: string; readonly address: string };

const services = async (cluster: Cluster): Promise<readonly Service[]> => {
  const { items } = await cluster.get<List<Service>>('services', '--all-namespaces');
  return items.filter(({ spec }) => spec.clusterIP !== 'None');
};

/** Returns the names by which a pod of a namespace finds each service, as the cluster's name server would answer. */
export async function serviceNames(cluster: Cluster, from: string): Promise<readonly ServiceName[]> {
  return (await services(cluster)).flatMap(({ metadata: { name, namespace }, spec }) => {
    const full = `${name}.${namespace}.svc.cluster.local`;
    const names = [
      full,
      `${name}.${namespace}.svc`,
      `${name}.${namespace}`,
      ...(namespace === from ? [name] : []),
    ];
    return names.map((each) => ({ name: each, address: spec.clusterIP }));
  });
}

/** Returns the variables that kubelet sets for the services of a namespace. */
export async function serviceVariables(
  cluster: Cluster,
  from: string,
): Promise<Readonly<Record<string, string>>> {
  const variables: Record<string, string> = {};
  for (const { metadata, spec } of await services(cluster)) {
    const own = metadata.name === 'kubernetes' && metadata.namespace === 'default';
    if (!own && metadata.namespace !== from) continue;
    const prefix = metadata.name.toUpperCase().replaceAll('-', '_');
    const [first] = spec.ports;
    variables[`${prefix}_SERVICE_HOST`] = spec.clusterIP;
    variables[`${prefix}_SERVICE_PORT`] = `${first?.port}`;
    variables[`${prefix}_PORT`] = `tcp://${spec.clusterIP}:${first?.port}`;
    for (const { port } of spec.ports) {
      variables[`${prefix}_PORT_${port}_TCP`] = `tcp://${spec.clusterIP}:${port}`;
      variables[`${prefix}_PORT_${port}_TCP_ADDR`] = spec.clusterIP;
      variables[`${prefix}_PORT_${port}_TCP_PORT`] = `${port}`;
    }
  }
  return variables;
}

const CHAIN = 'SERVICES';

/** Writes the rules that lead a service's address to its ready pods, as kube-proxy does. Returns the pods' addresses and ports. */
export async function writeServiceRules(cluster: Cluster): Promise<readonly string[]> {
  const { items: slices } = await cluster.get<List<Slice>>('endpointslices', '--all-namespaces');
  const api = ['-d', '10.100.0.1', '-p', 'tcp', '--dport', '443', '-j', 'DNAT'];
  const rules: (readonly string[])[] = [[...api, '--to-destination', `${cluster.host.address}:${API_PORT}`]];
  const all: string[] = [];
  for (const { metadata, spec } of await services(cluster)) {
    const own = slices.filter(
      (slice) =>
        slice.metadata.namespace === metadata.namespace &&
        slice.metadata.labels['kubernetes.io/service-name'] === metadata.name,
    );
    for (const { name, port } of spec.ports) {
      const targets = own.flatMap((slice) => targetsOf(slice, name));
      all.push(...targets);
      targets.forEach((target, index) => {
        const share = [
          '-m',
          'statistic',
          '--mode',
          'nth',
          '--every',
          `${targets.length - index}`,
          '--packet',
          '0',
        ];
        const match = ['-d', spec.clusterIP, '-p', 'tcp', '--dport', `${port}`];
        rules.push([...match, ...share, '-j', 'DNAT', '--to-destination', target]);
      });
    }
  }
  const lines = [
    '*nat',
    `:${CHAIN} - [0:0]`,
    ...rules.map((rule) => `-A ${CHAIN} ${rule.join(' ')}`),
    'COMMIT',
    '',
  ];
  await cluster.host.exec('iptables-restore', ['--noflush', '--wait=60'], { input: lines.join('\n') });
  return all;
}

function targetsOf(slice: Slice, name: string | undefined): readonly string[] {
  // Both are null where there is no pod.
  const endpoints = slice.endpoints ?? [];
  const ports = slice.ports ?? [];
  const port = ports.find((each) => (each.name ?? '') === (name ?? ''))?.port;
  const ready = endpoints.filter(({ conditions }) => conditions.ready !== false);
  return port === undefined
    ? []
    : ready.flatMap(({ addresses }) => addresses.map((each) => `${each}:${port}`));
}

/** Leads traffic of the host and of its containers through the rules. Answers come back the same way. */
export async function openServiceRules(cluster: Cluster): Promise<void> {
  await writeServiceRules(cluster);
  const iptables = (...args: readonly string[]) =>
    cluster.host.exec('iptables', ['-w', '-t', 'nat', ...args]);
  for (const chain of ['PREROUTING', 'OUTPUT']) await iptables('-I', chain, '-j', CHAIN);
  await iptables('-I', 'POSTROUTING', '-m', 'conntrack', '--ctstate', 'DNAT', '-j', 'MASQUERADE');
}
