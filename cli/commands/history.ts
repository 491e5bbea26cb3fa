import { Command, Option } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import type { HistoryOptions } from '../history/history.ts';
import { outputOption, withEndpoint } from '../options.ts';

/** Creates the command `daybreak history`. */
export function makeCommand(): Command {
  return withEndpoint(new Command('history'))
    .description('show who changed what in a mesh, or undo a change')
    .addOption(new Option('--mesh <name>', 'the mesh').makeOptionMandatory())
    .addOption(new Option('--mesh-owner <account>', 'the account that owns a shared mesh'))
    .addOption(new Option('--kind <kind>', 'of one resource only: its kind, e.g. virtualNode'))
    .addOption(new Option('--name <name>', 'of one resource only: its name'))
    .addOption(new Option('--parent <name>', 'the virtual router or gateway of a route'))
    .addOption(new Option('--limit <number>', 'the most changes, up to 200').default('50'))
    .addOption(new Option('--undo <change>', 'write the specification before this change again'))
    .addOption(outputOption(['table', 'json'], 'table'))
    .action(async (options: Endpoint & HistoryOptions) => {
      const { history } = await import('../history/history.ts');
      await withClient(options, (client) => history(client, options, process.stdout));
    });
}
