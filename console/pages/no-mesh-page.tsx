import type { JSX } from 'preact';
import { Command } from '../parts/command.tsx';
import { Empty } from '../parts/empty.tsx';
import type { Texts } from '../text/texts.ts';

/** The page before there is a mesh. */
export function NoMeshPage({ t, endpoint }: { t: Texts; endpoint: string }): JSX.Element {
  return (
    <div class="page">
      <h1 class="visually-hidden">{t.title}</h1>
      <div class="card">
        <Empty title={t.shell.noMesh}>
          <p>{t.shell.noMeshHow}</p>
          <Command t={t} text={`daybreak apply -f mesh.yaml --endpoint ${endpoint}`} />
          <Command t={t} text={`aws appmesh create-mesh --mesh-name my-mesh --endpoint-url ${endpoint}`} />
          <Command t={t} text={`daybreak import -f template.yaml -o apply --endpoint ${endpoint}`} />
        </Empty>
      </div>
    </div>
  );
}
