import { Command } from 'commander';
import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { UsageError } from '../errors.ts';
import { filenameOption, outputOption, recursiveOption, withEndpoint } from '../options.ts';
import {
  kindArgument,
  selectionOf,
  withMesh,
  withParents,
  type MeshFlags,
  type ParentFlags,
} from './resource-flags.ts';

/** Creates the command `daybreak delete`. */
export function makeCommand(): Command {
  type Options = Endpoint &
    MeshFlags &
    ParentFlags & {
      readonly filename?: readonly string[];
      readonly recursive: boolean;
      readonly ignoreNotFound: boolean;
      readonly output: 'text' | 'json';
    };
  return withParents(withMesh(withEndpoint(new Command('delete'))))
    .description('delete one resource, or all resources in files')
    .addArgument(kindArgument('[kind]'))
    .argument('[name]', 'the name of the resource')
    .addOption(filenameOption())
    .addOption(recursiveOption())
    .option('--ignore-not-found', 'count missing resources as deleted', false)
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (kind: ApiKind | undefined, name: string | undefined, options: Options) => {
      const { filename: files, recursive, mesh, meshOwner } = options;
      if ((files === undefined) === (name === undefined) || (files !== undefined && kind !== undefined)) {
        throw new UsageError('delete takes KIND NAME, or --filename');
      }
      const what =
        files === undefined
          ? { selection: selectionOf(kind as ApiKind, name, options) }
          : { files, recursive, mesh, meshOwner };
      const { remove } = await import('../delete.ts');
      await withClient(options, async (client) => {
        process.exitCode = await remove(client, { ...options, what }, process);
      });
    });
}
