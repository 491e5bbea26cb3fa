import { isAppMeshKind } from '../../../controlplane/mesh/resource.ts';
import { describeKey, type ResourceKey } from '../../resources/key.ts';
import type { Exported, Writer } from './form.ts';

/** The forms of an export other than documents. */
export const FORM_NAMES = ['cloudformation', 'terraform', 'kubernetes'] as const;

/** The name of a form other than documents. */
export type FormName = (typeof FORM_NAMES)[number];

type Form = { readonly extension: string; readonly writer: () => Promise<Writer>; readonly beside: string };

const FORMS: Readonly<Record<FormName, Form>> = {
  cloudformation: {
    extension: 'yaml',
    writer: async () => (await import('./cloudformation.ts')).writeCloudFormation,
    // CloudFormation can express all members of the API.
    beside: '',
  },
  terraform: {
    extension: 'tf',
    writer: async () => (await import('./terraform.ts')).writeTerraform,
    beside:
      "Terraform's AWS provider has no attribute for a part of these: that part is in a local value, which only import reads",
  },
  kubernetes: {
    extension: 'yaml',
    writer: async () => (await import('./kubernetes.ts')).writeKubernetes,
    beside:
      "App Mesh's kinds in Kubernetes have no field for a part of these: that part is in annotations, which only import reads",
  },
};

const ABSENT = 'only documents (without --as) can express kinds that App Mesh does not have';

function listed(head: string, keys: readonly ResourceKey[]): string {
  return keys.length === 0 ? '' : `${head}:\n${keys.map((key) => `  ${describeKey(key)}\n`).join('')}`;
}

/** Writes a mesh in another form. `note`: the resources that the form cannot express in full; may be empty. */
export async function writeAs(
  name: FormName,
  resources: readonly Exported[],
): Promise<{ readonly text: string; readonly extension: string; readonly note: string }> {
  const { extension, writer, beside } = FORMS[name];
  const write = await writer();
  const { text, amended } = await write(resources.filter(({ key }) => isAppMeshKind(key.kind)));
  const absent = resources.map(({ key }) => key).filter(({ kind }) => !isAppMeshKind(kind));
  const note = listed(beside, amended) + listed(`left out, because ${ABSENT}`, absent);
  return { text, extension, note };
}
