import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../../lab/host.ts';
import { until } from '../../../lab/until.ts';
import { makeCertificates } from './certificates.ts';

/** The port of the API server. */
export const API_PORT = 6443;
/** The range of the addresses of services, which has the one in docs/kubernetes.md. */
const SERVICES = '10.100.0.0/16';
/** The name of the only node, on which the pods are played. */
export const NODE = 'lab';

const START_MS = 900_000;
const COMMAND_MS = 900_000;

/** kube-controller-manager's parts that the run needs. There is no scheduler and no kubelet. */
const CONTROLLERS = [
  'deployment',
  'replicaset',
  'endpointslice',
  'serviceaccount',
  'namespace',
  'garbage-collector',
];

/** A Kubernetes API server with the controllers that turn Deployments into Pods. */
export type Cluster = {
  readonly host: Host;
  /** Variables with which kubectl and helm reach it as an administrator. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Runs kubectl.
   * @returns its stdout
   * @throws Error with its output if it fails
   */
  kubectl(args: readonly string[], input?: object | string): Promise<string>;
  /** Runs `kubectl get … -o json`. */
  get<T>(...args: readonly string[]): Promise<T>;
};

/** Starts etcd, kube-apiserver and kube-controller-manager on a host, and waits until the API server is ready. `bin` has the programs. */
export async function startCluster(host: Host, bin: string): Promise<Cluster> {
  const folder = join(host.folder, 'kubernetes');
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const { path, ca } = await makeCertificates(folder, host.address);
  const config = path('config');
  writeFileSync(config, JSON.stringify(kubeConfig(`https://127.0.0.1:${API_PORT}`, path)));

  const client = [
    '--listen-client-urls',
    'http://127.0.0.1:2379',
    '--advertise-client-urls',
    'http://127.0.0.1:2379',
  ];
  const etcd = [
    '--data-dir',
    path('etcd'),
    '--unsafe-no-fsync',
    '--listen-peer-urls',
    'http://127.0.0.1:2380',
  ];
  host.spawn('etcd', 'etcd', [...etcd, ...client], { log: path('etcd.log') });
  host.spawn('kube-apiserver', join(bin, 'kube-apiserver'), apiServerFlags(path, host.address), {
    log: path('kube-apiserver.log'),
  });
  const env = { KUBECONFIG: config, HOME: folder };
  const kubectl: Cluster['kubectl'] = async (args, input) => {
    const text = typeof input === 'object' ? JSON.stringify(input) : input;
    const options = { env, limitMs: COMMAND_MS, ...(text === undefined ? {} : { input: text }) };
    return (await host.exec(join(bin, 'kubectl'), args, options)).stdout;
  };
  const ready = () => kubectl(['get', '--raw', '/readyz']);
  await until('the API server is ready', ready, { limitMs: START_MS, everyMs: 500 });
  const manager = [
    `--kubeconfig=${config}`,
    `--root-ca-file=${ca}`,
    `--service-account-private-key-file=${path('accounts-key.pem')}`,
    `--controllers=${CONTROLLERS.map((name) => `${name}-controller`).join()},root-ca-certificate-publisher-controller`,
    '--leader-elect=false',
  ];
  host.spawn('kube-controller-manager', join(bin, 'kube-controller-manager'), manager, {
    log: path('kube-controller-manager.log'),
  });
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } };
  await kubectl(['create', '-f', '-'], node);
  return {
    host,
    env,
    kubectl,
    get: async (...args) => JSON.parse(await kubectl(['get', ...args, '-o', 'json'])),
  };
}

function apiServerFlags(path: (file: string) => string, address: string): readonly string[] {
  return [
    '--etcd-servers=http://127.0.0.1:2379',
    `--secure-port=${API_PORT}`,
    `--advertise-address=${address}`,
    `--tls-cert-file=${path('server.pem')}`,
    `--tls-private-key-file=${path('server-key.pem')}`,
    `--client-ca-file=${path('ca.pem')}`,
    `--service-account-key-file=${path('accounts-key.pem')}`,
    `--service-account-signing-key-file=${path('accounts-key.pem')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${SERVICES}`,
    '--authorization-mode=RBAC',
    '--endpoint-reconciler-type=none',
    '--enable-priority-and-fairness=false',
    // Webhooks are called at the addresses of their pods, because there is no kube-proxy on the host.
    '--enable-aggregator-routing=true',
  ];
}

function kubeConfig(server: string, path: (file: string) => string): object {
  const name = 'lab';
  const user = { 'client-certificate': path('admin.pem'), 'client-key': path('admin-key.pem') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority': path('ca.pem') } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}
