import { Command, Option } from 'commander';
import { withClient } from '../operator-commands.ts';
import { caFileOption, endpointOption, flag, regionOption } from '../options.ts';
import type { LocationFlags } from './location.ts';

type Endpoint = Parameters<typeof withClient>[0];

/** The commands that save all that a store holds, and bring it back. */
export function addBackupCommands(daybreak: Command): void {
  daybreak.addCommand(backupCommand().copyInheritedSettings(daybreak));
  daybreak.addCommand(restoreCommand().copyInheritedSettings(daybreak));
}

function backupCommand(): Command {
  return (
    new Command('backup')
      .description('save all that a control plane holds, while it runs')
      .argument('[file]', 'where to; without it, to stdout')
      .addOption(endpointOption())
      .addOption(regionOption())
      .addOption(caFileOption())
      // Not by DAYBREAK_DATA and DAYBREAK_STORE: beside a control plane these say where it keeps its model, which runs.
      .addOption(
        new Option('--data <dir>', 'instead of from a control plane: from the folder of one that is stopped'),
      )
      .addOption(new Option('--store <url>', 'instead of from a control plane: from its PostgreSQL database'))
      .action(async (file: string | undefined, { data, store, ...endpoint }: Endpoint & LocationFlags) => {
        const { backupOf, backupOfStore, saveBackup } = await import('./backup.ts');
        if (data === undefined && store === undefined) {
          return withClient(endpoint, async (client) => saveBackup(await backupOf(client), file, process));
        }
        const { existingLocation } = await import('./location.ts');
        return saveBackup(await backupOfStore(existingLocation({ data, store })), file, process);
      })
  );
}

function restoreCommand(): Command {
  return new Command('restore')
    .description(
      'bring back what backup saved, into an empty store; of a folder, with its control plane stopped',
    )
    .argument('<file>', 'what backup wrote, or - for stdin')
    .addOption(flag('--data <dir>', 'the folder that the model is kept in'))
    .addOption(flag('--store <url>', 'instead of --data: a PostgreSQL database; its control planes may run'))
    .option('--replace', 'into a store that is not empty: delete what it holds', false)
    .action(async (file: string, { replace, ...flags }: LocationFlags & { readonly replace: boolean }) => {
      const { storeLocation } = await import('./location.ts');
      const { restoreBackup } = await import('./restore.ts');
      await restoreBackup({ file, location: storeLocation(flags), replace }, process);
    });
}
