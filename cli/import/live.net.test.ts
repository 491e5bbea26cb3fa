import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import { importedDocuments } from './testing/imported-documents.ts';
import { liveOf } from './testing/live.ts';
import { throughControlPlane } from './testing/through-control-plane.ts';

// The golden cases of templates: a control plane exports them unchanged, and a real Envoy is LIVE as each node and gateway. `test/long/import-templates.ts` does the same with a folder of templates.

const TESTDATA = join(import.meta.dirname, 'cloudformation/testdata');
const INPUTS = ['short-forms', 'long-forms'].map((name) => [name, join(TESTDATA, name, 'input')] as const);
const OPTIONS = {
  parameter: ['AWS::StackName=shop', 'MeshName=colors', 'Stage=prod'],
  account: '111122223333',
  region: 'eu-west-1',
};

const filesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.startsWith('mesh'))
    .map((name) => join(folder, name));

describe.each(INPUTS)('%s', (_, folder) => {
  it('comes back from a control plane as it was', async () => {
    const { documents } = await importedDocuments(filesIn(folder), OPTIONS);
    expect(documents.length).toBeGreaterThan(3);
    expect(await throughControlPlane(documents)).toEqual([]);
  });

  it.each(ENVOYS)('is LIVE as each node and gateway: %s', async (variable) => {
    const { documents } = await importedDocuments(filesIn(folder), OPTIONS);
    expect(await liveOf(documents, envoyOf(variable))).toEqual([]);
  });
});
