import { Command, Option } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { UsageError } from '../errors.ts';
import { FORM_NAMES, type FormName } from '../export/forms/forms.ts';
import { outputOption, withEndpoint } from '../options.ts';
import type { DocumentForm } from '../resources/write-documents.ts';
import { withMesh, type MeshFlags } from './resource-flags.ts';

/** Creates the command `daybreak export`. */
export function makeCommand(): Command {
  type Options = Endpoint & MeshFlags & { readonly output: DocumentForm; readonly as?: FormName };
  return withMesh(withEndpoint(new Command('export')))
    .description('write a whole mesh as documents that apply accepts')
    .argument('[folder]', 'a new or empty folder, for one file per resource (default: stdout)')
    .addOption(outputOption(['yaml', 'json'], 'yaml'))
    .addOption(
      new Option('--as <form>', 'a form other than documents, in one file that import accepts').choices(
        FORM_NAMES,
      ),
    )
    .action(async (folder: string | undefined, { mesh, meshOwner, output, as, ...options }: Options) => {
      if (mesh === undefined) throw new UsageError('--mesh NAME is needed: the mesh to export');
      const { exportMesh } = await import('../export/export.ts');
      await withClient(options, (client) =>
        exportMesh(client, { mesh, meshOwner, output, folder, as }, process),
      );
    });
}
