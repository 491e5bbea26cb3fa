import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import { importedDocuments } from './testing/imported-documents.ts';
import { liveOf } from './testing/live.ts';
import { throughControlPlane } from './testing/through-control-plane.ts';

// For the golden cases, a control plane exports the documents unchanged, and a real Envoy is LIVE as each node and gateway.
// `test/long/import-templates.ts` and `test/long/public-manifests.ts` do the same for a folder of other files.

const HERE = import.meta.dirname;
const TEMPLATES = {
  parameter: ['AWS::StackName=shop', 'MeshName=colors', 'Stage=prod'],
  account: '111122223333',
  region: 'eu-west-1',
};
const OWN = { parameter: [], account: '111122223333' };

const CASES = [
  ['templates in short forms', 'cloudformation/testdata/short-forms/input', TEMPLATES],
  ['templates in long forms', 'cloudformation/testdata/long-forms/input', TEMPLATES],
  ['manifests', 'kubernetes/testdata/shop/input', OWN],
  ['manifests of v1beta1', 'kubernetes/testdata/beta/input', OWN],
  ['a state of Terraform', 'terraform/testdata/whole/terraform.tfstate', OWN],
  ['a configuration of Terraform', 'terraform/testdata/cases/hcl/input', OWN],
  ['Service Connect', 'service-connect/testdata/shop/input', OWN],
] as const;

// Some of the templates have no App Mesh resources.
const filesOf = (path: string): readonly string[] => {
  if (!path.startsWith('cloudformation/')) return [join(HERE, path)];
  const names = readdirSync(join(HERE, path)).filter((name) => name.startsWith('mesh'));
  return names.map((name) => join(HERE, path, name));
};

describe.each(CASES)('%s', (_, path, options) => {
  it('comes back unchanged from a control plane', async () => {
    const { documents } = await importedDocuments(filesOf(path), options);
    expect(documents.length).toBeGreaterThan(3);
    expect(await throughControlPlane(documents)).toEqual([]);
  });

  it.each(ENVOYS)('makes Envoy LIVE as each node and gateway: %s', async (variable) => {
    const { documents } = await importedDocuments(filesOf(path), options);
    expect(await liveOf(documents, envoyOf(variable))).toEqual([]);
  });
});
