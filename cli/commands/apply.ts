import { Command, Option } from 'commander';
import type { ApplyOptions } from '../apply/apply.ts';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { collect, filenameOption, outputOption, recursiveOption, withEndpoint } from '../options.ts';
import { withMesh, type MeshFlags } from './resource-flags.ts';

/** Creates the command `daybreak apply`. */
export function makeCommand(): Command {
  type Options = Endpoint &
    MeshFlags &
    Omit<ApplyOptions, 'files'> & { readonly filename: readonly string[] };
  return withMesh(withEndpoint(new Command('apply')))
    .description('create and update resources of the control plane as files describe them')
    .addOption(filenameOption().makeOptionMandatory())
    .addOption(recursiveOption())
    .option('--dry-run', 'show the changes without making them', false)
    .option('--exit-code', 'with --dry-run: exit with 3 if anything would change', false)
    .option('--prune', 'delete resources that have the tags of --selector and are in no file', false)
    .addOption(
      new Option('-l, --selector <key=value>', 'the tags of resources that --prune may delete')
        .argParser(collect)
        .default([]),
    )
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async ({ filename, ...options }: Options) => {
      const { apply } = await import('../apply/apply.ts');
      await withClient(options, async (client) => {
        process.exitCode = await apply(client, { ...options, files: filename }, process);
      });
    });
}
