import { Command } from 'commander';
import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { outputOption, withEndpoint } from '../options.ts';
import {
  kindArgument,
  selectionOf,
  withMesh,
  withParents,
  type MeshFlags,
  type ParentFlags,
} from './resource-flags.ts';

/** Creates the command `daybreak get`. */
export function makeCommand(): Command {
  type Options = Endpoint & MeshFlags & ParentFlags & { readonly output: 'table' | 'json' | 'yaml' };
  return withParents(withMesh(withEndpoint(new Command('get'))))
    .description('show one resource, or all resources of a kind')
    .addArgument(kindArgument('<kind>'))
    .argument('[name]', 'the name of a resource')
    .addOption(outputOption(['table', 'json', 'yaml'], 'table'))
    .action(async (kind: ApiKind, name: string | undefined, options: Options) => {
      const { get } = await import('../get/get.ts');
      await withClient(options, (client) =>
        get(client, selectionOf(kind, name, options), options.output, process.stdout),
      );
    });
}
