import type { Docker } from '../../../docker/testing/dockerd.ts';
import type { Container } from './pod.ts';

/** Runs a container's readiness probe once. Returns why the container is not ready; undefined if it is, or has no probe and runs. */
export async function probe(
  docker: Docker,
  name: string,
  { readinessProbe, ports = [] }: Container,
  address: string,
): Promise<string | undefined> {
  const state = await docker.run('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', name);
  if (!state.startsWith('running ')) return state;
  if (readinessProbe?.exec !== undefined) {
    const { code, stdout, stderr } = await docker.try('exec', name, ...readinessProbe.exec.command);
    return code === 0 ? undefined : `exit ${code}: ${stdout}${stderr}`;
  }
  if (readinessProbe?.httpGet === undefined) return undefined;
  const { path, port, scheme = 'HTTP' } = readinessProbe.httpGet;
  const number = ports.find((each) => each.name === port)?.containerPort ?? port;
  const url = `${scheme.toLowerCase()}://${address}:${number}${path}`;
  // As kubelet, from the host, without a look at the certificate.
  const { code, stdout, stderr } = await docker.host.exec('curl', ['-kfsS', '--max-time', '5', url], {
    check: false,
  });
  return code === 0 ? undefined : `${stdout}${stderr}`;
}
