import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFiles, type Files } from '../../../controlplane/api/properties/testing/with-files.ts';
import { startLiveEnvoy } from '../../../controlplane/api/properties/testing/live-envoy.ts';
import { translateMesh } from '../../../controlplane/api/properties/testing/translate-mesh.ts';
import { selfSigned } from '../../../controlplane/tls/testing/certificates.ts';
import { readFeatures } from '../../../controlplane/translate/features.ts';
import type { Document } from '../../resources/document.ts';
import { describeKey, keyMembers } from '../../resources/key.ts';

/**
 * Starts an Envoy per virtual node and gateway of documents, with the certificates, files and instances that each one names.
 * Returns the reasons of NACKs and of Envoys that are not LIVE. Needs root.
 */
export async function liveOf(documents: readonly Document[], envoy: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-live-'));
  const files: Files = {
    log: '/dev/null',
    certificate: join(folder, 'cert.pem'),
    privateKey: join(folder, 'key.pem'),
  };
  const complaints: string[] = [];
  try {
    const pem = await selfSigned();
    await writeFile(files.certificate, pem.cert);
    await writeFile(files.privateKey, pem.key);
    for (const { key } of documents) {
      if (key.kind !== 'virtualNode' && key.kind !== 'virtualGateway') continue;
      const mesh = {
        proxy: `${key.kind}/${key.name}`,
        resources: withFiles(inputsOf(documents, key.mesh), files),
        features: readFeatures({}),
        known: true,
      } as const;
      const live = await startLiveEnvoy(envoy, pem);
      const verdict = await live.take(translateMesh(mesh, pem).snapshot);
      await live.close();
      if (verdict !== '') complaints.push(`${describeKey(key)}: ${verdict}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return complaints;
}

// The translation of tests expects a mesh `m` without an owner.
function inputsOf(documents: readonly Document[], mesh: string): readonly object[] {
  const own = documents.filter(({ key }) => key.mesh === mesh);
  const inputs = own.map(({ key, spec }) => ({
    ...keyMembers({ ...key, owner: undefined }),
    meshName: 'm',
    spec: spec ?? {},
  }));
  return own.some(({ key }) => key.kind === 'mesh') ? inputs : [{ meshName: 'm', spec: {} }, ...inputs];
}
