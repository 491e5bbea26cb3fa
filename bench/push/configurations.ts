import { writeFile } from 'node:fs/promises';
import { Model } from '../../controlplane/mesh/model.ts';
import { viewOf } from '../../controlplane/mesh/view.ts';
import { NO_EXTERNAL_INPUTS } from '../../controlplane/translate/external-inputs.ts';
import { NO_OPTIONS } from '../../controlplane/translate/options.ts';
import { translate } from '../../controlplane/translate/translate.ts';
import { MESH, meshResources, OWNER, type MeshSize } from './mesh.ts';

/** The configuration of a proxy for a server that does not translate: its node.id, and each resource as an encoded Any in base64. */
export type Configuration = { readonly id: string; readonly resources: readonly string[] };

/** Returns the configuration of each virtual node of a mesh, for a proxy that reports no features. */
export function configurations(size: MeshSize): readonly Configuration[] {
  const model = new Model();
  model.apply(
    meshResources(size).map((resource, index) => ({ revision: index + 1, id: resource, resource })),
  );
  return model.list('virtualNode', { owner: OWNER, mesh: MESH }).map((node) => {
    const view = viewOf(model, node);
    if (view === undefined) throw new Error(`no view of ${node.name}`);
    const { snapshot } = translate(view, NO_OPTIONS, NO_EXTERNAL_INPUTS);
    const all = [...snapshot.values()].flatMap(({ resources }) => [...resources.values()]);
    return {
      id: `mesh/${MESH}/virtualNode/${node.name}`,
      resources: all.map(({ any }) => Buffer.from(any).toString('base64')),
    };
  });
}

/** Writes configurations to a file, one per line, as JSON. */
export async function writeConfigurations(file: string, size: MeshSize): Promise<void> {
  await writeFile(
    file,
    configurations(size)
      .map((each) => `${JSON.stringify(each)}\n`)
      .join(''),
  );
}
