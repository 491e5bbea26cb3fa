import type { Cluster } from '../cluster/cluster.ts';
import { fieldOf, type Container, type Pod, type Variable } from './pod.ts';

/** The parts of a pod that its containers share. */
export type Place = {
  readonly cluster: Cluster;
  readonly pod: Pod;
  readonly podIp: string;
  /** The path of each volume, by its name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** Variables that kubelet sets for services. */
  readonly services: Readonly<Record<string, string>>;
};

/** Returns the arguments of `docker run` after which a container has exactly the environment, command, user, rights and volumes of its pod. */
export async function containerArguments(container: Container, place: Place): Promise<readonly string[]> {
  const { image, command, args = [], securityContext = {}, volumeMounts = [], resources } = container;
  const env = await variablesOf(container, place);
  const { runAsUser, readOnlyRootFilesystem, capabilities = {} } = securityContext;
  const memory = resources?.limits?.memory;
  const [entrypoint, ...words] = (command ?? []).map((word) => expand(word, env));
  return [
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...(runAsUser === undefined ? [] : ['--user', `${runAsUser}`]),
    ...groupOf(place.pod),
    ...(readOnlyRootFilesystem === true ? ['--read-only'] : []),
    ...(capabilities.drop ?? []).flatMap((each) => ['--cap-drop', each]),
    ...(capabilities.add ?? []).flatMap((each) => ['--cap-add', each]),
    ...(memory === undefined ? [] : ['--memory', memory.replace(/i$/, '').toLowerCase()]),
    ...volumeMounts.flatMap(({ name, mountPath, readOnly }) => [
      '--volume',
      `${place.volumes.get(name)}:${mountPath}${readOnly === true ? ':ro' : ''}`,
    ]),
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
    image,
    ...words,
    ...args.map((word) => expand(word, env)),
  ];
}

function groupOf(pod: Pod): readonly string[] {
  const group = pod.spec.securityContext?.fsGroup;
  return group === undefined ? [] : ['--group-add', `${group}`];
}

async function variablesOf(container: Container, place: Place): Promise<Readonly<Record<string, string>>> {
  const variables: Record<string, string> = { ...place.services };
  for (const each of container.env ?? []) variables[each.name] = await valueOf(each, variables, place);
  return variables;
}

async function valueOf(
  { name, value, valueFrom }: Variable,
  before: Readonly<Record<string, string>>,
  { cluster, pod, podIp }: Place,
): Promise<string> {
  if (valueFrom?.fieldRef !== undefined) return fieldOf(pod, valueFrom.fieldRef.fieldPath, podIp);
  if (valueFrom?.secretKeyRef !== undefined) {
    const { name: secret, key } = valueFrom.secretKeyRef;
    const found = await cluster.get<{ readonly data: Readonly<Record<string, string>> }>(
      'secret',
      secret,
      '-n',
      pod.metadata.namespace,
    );
    return Buffer.from(found.data[key] ?? '', 'base64').toString();
  }
  if (valueFrom !== undefined)
    throw new Error(`${pod.metadata.name}: the player does not know the source of ${name}`);
  return expand(value ?? '', before);
}

/** Replaces `$(NAME)` by the variable, as kubelet does; a name that no variable has stays. */
function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\(([\w.-]+)\)/g, (whole, name: string) => env[name] ?? whole);
}
