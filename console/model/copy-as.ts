import { nameMember, PARENTS } from '../../controlplane/mesh/names.ts';
import { keyMembers, type ResourceKey } from '../../cli/resources/key.ts';
import type { Exported } from '../../cli/export/forms/form.ts';
import type { MeshModel, Resource } from './resources.ts';

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
 * Writes a resource in another form, as `daybreak export` does. `endpoint`: the address of the API, for the command line.
 */
export async function copyAs(
  form: CopyForm,
  { mesh }: MeshModel,
  resource: Resource,
  endpoint: string,
): Promise<string> {
  const { kind, parent, name, spec, arn } = resource;
  const key: ResourceKey = { kind, owner: undefined, mesh, parent, name };
  if (form === 'cli') return commandLine(key, spec, endpoint);
  const forms = await import('./text-forms.ts');
  if (form === 'document') return forms.formatDocuments([{ ...keyMembers(key), spec }], 'yaml');
  const writers = {
    cloudformation: forms.writeCloudFormation,
    terraform: forms.writeTerraform,
    kubernetes: forms.writeKubernetes,
  };
  const exported: Exported = { key, spec, tags: [], arn };
  return writers[form]([exported]).text;
}

function commandLine(key: ResourceKey, spec: unknown, endpoint: string): string {
  const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const within = PARENTS[key.kind];
  const names = [
    ['mesh-name', key.mesh],
    ...(within === undefined ? [] : [[words(nameMember(within)), key.parent]]),
    ...(key.kind === 'mesh' ? [] : [[words(nameMember(key.kind)), key.name]]),
  ];
  const flags = names.map(([flag = '', value = '']) => `--${flag} ${quoted(value)}`);
  return [
    `aws appmesh update-${words(key.kind)} ${flags.join(' ')}`,
    `  --spec ${quoted(JSON.stringify(spec))}`,
    `  --endpoint-url ${endpoint}`,
  ].join(' \\\n');
}

/** Quotes a word for a shell. */
function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
