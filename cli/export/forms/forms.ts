import { describeKey } from '../../resources/key.ts';
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
      "Terraform's AWS provider has no place for a part of these, which stands in a local value, where import alone looks",
  },
  kubernetes: {
    extension: 'yaml',
    writer: async () => (await import('./kubernetes.ts')).writeKubernetes,
    beside:
      "App Mesh's kinds in Kubernetes have no place for a part of these, which stands in annotations, where import alone looks",
  },
};

/** Writes a mesh in another form. `note`: the resources that the form cannot express in full; may be empty. */
export async function writeAs(
  name: FormName,
  resources: readonly Exported[],
): Promise<{ readonly text: string; readonly extension: string; readonly note: string }> {
  const { extension, writer, beside } = FORMS[name];
  const write = await writer();
  const { text, amended } = await write(resources);
  const list = amended.map((key) => `  ${describeKey(key)}\n`).join('');
  return { text, extension, note: amended.length === 0 ? '' : `${beside}:\n${list}` };
}
