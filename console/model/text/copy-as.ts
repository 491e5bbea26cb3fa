import type { ResourceKey } from '../../../cli/resources/key.ts';
import type { Exported } from '../../../cli/export/forms/form.ts';
import { namesOf } from '../../api/kinds.ts';
import type { MeshModel, Resource } from '../resources.ts';

/** The forms in which a resource can be copied. */
export const COPY_FORMS = ['document', 'cli', 'cloudformation', 'terraform', 'kubernetes'] as const;

/** The name of a form. */
export type CopyForm = (typeof COPY_FORMS)[number];

/** The names of the forms, the same in each language. */
export const COPY_TITLES: Readonly<Record<CopyForm, string>> = {
  document: 'daybreak apply',
  cli: 'AWS CLI',
  cloudformation: 'CloudFormation',
  terraform: 'Terraform',
  kubernetes: 'Kubernetes (CRD)',
};

/** Whether a kind is one of App Mesh's, which the other tools know. */
export function isAppMeshs({ kind }: Pick<Resource, 'kind'>): boolean {
  return kind !== 'meshIdentity' && kind !== 'nodeIdentity' && kind !== 'accessPolicy';
}

/**
 * Writes a resource in another form, as `daybreak export` does. `endpoint`: the address of the API, for the command line. `account`: that of the user:
 * the owner of the mesh is named if it is another one.
 */
export async function copyAs(
  form: CopyForm,
  model: MeshModel,
  resource: Resource,
  endpoint: string,
  account: string,
): Promise<string> {
  const { spec } = resource;
  // The API takes no owner where the mesh itself is changed.
  const owner = model.owner === account || resource.kind === 'mesh' ? '' : model.owner;
  const names = namesOf({ mesh: model.mesh, owner }, resource);
  if (form === 'cli') return commandLine(resource, names, endpoint);
  const forms = await import('./text-forms.ts');
  if (form === 'document') return forms.formatDocuments([{ ...names, spec }], 'yaml');
  const writers = {
    cloudformation: forms.writeCloudFormation,
    terraform: forms.writeTerraform,
    kubernetes: forms.writeKubernetes,
  };
  const exported = (form === 'kubernetes' ? inManifest(model, resource) : [resource]).map(
    (each): Exported => ({ key: keyIn(model, owner, each), spec: each.spec, tags: [], arn: each.arn }),
  );
  return writers[form](exported).text;
}

function keyIn({ mesh }: MeshModel, owner: string, { kind, parent, name }: Resource): ResourceKey {
  return { kind, owner: owner === '' ? undefined : owner, mesh, parent, name };
}

/** Returns the resources in the manifest of a resource. Routes have no manifest of their own: they are in that of their virtual router. */
function inManifest({ resources }: MeshModel, resource: Resource): readonly Resource[] {
  const { kind, parent, name } = resource;
  if (kind !== 'route' && kind !== 'virtualRouter') return [resource];
  const router = kind === 'route' ? parent : name;
  return resources.filter(
    (each) =>
      (each.kind === 'virtualRouter' && each.name === router) ||
      (each.kind === 'route' && each.parent === router),
  );
}

function commandLine(
  { kind, spec }: Resource,
  names: Readonly<Record<string, string>>,
  endpoint: string,
): string {
  const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  // A value that begins with a dash would be taken for a flag.
  const flags = Object.entries(names).map(
    ([name, value]) => `--${words(name)}${value.startsWith('-') ? '=' : ' '}${quoted(value)}`,
  );
  return [
    `aws appmesh update-${words(kind)} ${flags.join(' ')}`,
    `  --spec ${quoted(JSON.stringify(spec))}`,
    `  --endpoint-url ${endpoint}`,
  ].join(' \\\n');
}

/** Quotes a word for a shell. */
function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
