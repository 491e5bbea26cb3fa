import { Command, Option } from 'commander';
import type { ApplyOptions } from '../apply/apply.ts';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { collect, filenameOption, outputOption, recursiveOption, withEndpoint } from '../options.ts';
import { withMesh, type MeshFlags } from './resource-flags.ts';

/** `daybreak apply`. */
export function makeCommand(): Command {
  type Options = Endpoint &
    MeshFlags &
    Omit<ApplyOptions, 'files'> & { readonly filename: readonly string[] };
  return withMesh(withEndpoint(new Command('apply')))
    .description('bring the control plane to what files say')
    .addOption(filenameOption().makeOptionMandatory())
    .addOption(recursiveOption())
    .option('--dry-run', 'show what would change, and change nothing', false)
    .option('--exit-code', 'with --dry-run: exit 3 where anything would change', false)
    .option('--prune', 'delete what bears the tags of --selector and is in no file', false)
    .addOption(
      new Option('-l, --selector <key=value>', 'the tags of what --prune may delete')
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
