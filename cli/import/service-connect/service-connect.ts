import { describePath, type ImportProblem, type Path, type Place } from '../place.ts';
import { isTemplate } from '../cloudformation/template.ts';
import { Open, type Found, type ImportContext, type Left, type Source } from '../source.ts';
import { makesServices, readTemplates } from './templates.ts';
import { isEcs, readEcs, type EcsService, type TaskDefinition } from './ecs.ts';
import { endpointsOf } from './endpoints.ts';
import { meshOf, type Member, type Unsaid } from './mesh.ts';

/**
 * ECS services with Service Connect: answers of `aws ecs describe-services` and `describe-task-definition`, inputs of the calls
 * that create these, or CloudFormation templates. Each namespace becomes a mesh.
 */
export const serviceConnectSource: Source = {
  name: 'service-connect',
  claims: (file) => file.documents.some(({ value }) => isEcs(value)) || makesServices(file),
  gather: async (files, context) => {
    const templates = files.filter((file) => file.documents.some(({ value }) => isTemplate(value)));
    const made = await readTemplates(templates, context);
    const answered = readEcs(files.filter((file) => !templates.includes(file)));
    const services = [...answered.services, ...made.services];
    const taskDefinitions = [...answered.taskDefinitions, ...made.taskDefinitions];
    const enabled = services.filter(({ configuration }) => String(configuration['enabled']) === 'true');
    const namespaces = Map.groupBy(enabled, ({ configuration }) => namespaceOf(configuration['namespace']));
    const left: Left[] = services
      .filter((service) => !enabled.includes(service))
      .map(({ place }) => ({ place, reason: 'Service Connect is not enabled' }));
    const problems: ImportProblem[] = [...made.problems];
    const resources: Found[] = [];
    for (const [namespace, own] of namespaces) {
      const open = openIn(own);
      if (open === undefined)
        resources.push(...namespaceMesh(namespace, own, taskDefinitions, context, { left, problems }));
      else resources.push({ kind: 'mesh', members: { meshName: open }, place: (own[0] as EcsService).place });
    }
    return { resources, left, problems, passedOver: new Map() };
  },
};

// The namespace and service names are parts of other names, so the mesh needs answers for these first.
function openIn(services: readonly EcsService[]): Open | undefined {
  const found: Open[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof Open) found.push(value);
    else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) walk(part);
  };
  for (const { configuration } of services) walk([configuration['namespace'], configuration['services']]);
  return found.length === 0 ? undefined : new Open(found.flatMap(({ questions }) => questions));
}

function namespaceMesh(
  namespace: Namespace,
  services: readonly EcsService[],
  definitions: readonly TaskDefinition[],
  { answers, mesh }: ImportContext,
  { left, problems }: { readonly left: Left[]; readonly problems: ImportProblem[] },
): readonly Found[] {
  const ask = (key: string, why: string, hint = 'VALUE'): unknown =>
    answers.take(key) ?? new Open([{ key, why, flags: [`--parameter ${key}=${hint}`] }]);
  const name =
    namespace.startsWith('ns-') || namespace === ''
      ? ask(
          `namespace/${namespace}`,
          `the answers do not say what namespace ${namespace || 'of the cluster'} is called`,
          'NAME',
        )
      : namespace;
  const members: Member[] = [];
  for (const service of services) {
    const at = (path: Path): Place => ({ ...service.place, line: service.lineAt(path) });
    for (const member of ['logConfiguration', 'accessLogConfiguration']) {
      if (service.configuration[member] !== undefined)
        left.push({ place: at([member]), reason: `${member} ${LOGS}` });
    }
    const before = problems.length;
    const endpoints = endpointsOf(service, definitions, typeof name === 'string' ? name : namespace, {
      fault: (path, message) =>
        problems.push({ place: at(path), message: `${describePath(path)}: ${message}` }),
      note: (path, message) => left.push({ place: at(path), reason: message }),
    });
    // Leave out a service with a fault in any of its endpoints.
    if (problems.length === before) members.push({ service, endpoints });
  }
  const [first] = services;
  if (first !== undefined) left.push({ place: first.place, reason: BACKENDS });
  const unsaid: Unsaid = {
    meshName: mesh ?? name,
    namespaceName: name,
    certificate: ({ service }) =>
      ask(
        `certificate/${service.name}`,
        `ECS made the certificate of service ${service.name} for Service Connect alone: the proxy needs one of its own`,
        'ARN',
      ),
    authority: ({ service }, { authority }) =>
      authority === '' || authority === undefined
        ? ask(
            `authority/${service.name}`,
            `the answers do not say which authority vouches for service ${service.name}`,
            'ARN',
          )
        : authority,
  };
  const found = meshOf(members, unsaid);
  // The default names of endpoints contain the namespace's name.
  return typeof name === 'string' ? found : found.slice(0, 1);
}

const LOGS = "is how ECS logs for its proxy: an access log stands in the virtual node's logging";

const BACKENDS =
  'Service Connect does not say which services a service calls: each virtual node has all others of the namespace as backends';

type Namespace = string;

// A name, or `arn:aws:servicediscovery:REGION:ACCOUNT:namespace/ns-…`, which has only the id.
function namespaceOf(value: unknown): Namespace {
  return typeof value === 'string' ? (value.split('/').at(-1) ?? value) : '';
}
