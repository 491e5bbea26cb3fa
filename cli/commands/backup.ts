import { Command, Option } from 'commander';
import type { LocationFlags } from '../backup/location.ts';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { withEndpoint } from '../options.ts';

/** `daybreak backup`. */
export function makeCommand(): Command {
  return (
    withEndpoint(new Command('backup'))
      .description('save all that a control plane holds, while it runs')
      .argument('[file]', 'where to; without it, to stdout')
      // Not from DAYBREAK_DATA and DAYBREAK_STORE: on the host of a control plane they name the store that it is using.
      .addOption(
        new Option('--data <dir>', 'instead of from a control plane: from the folder of one that is stopped'),
      )
      .addOption(new Option('--store <url>', 'instead of from a control plane: from its PostgreSQL database'))
      .action(async (file: string | undefined, { data, store, ...endpoint }: Endpoint & LocationFlags) => {
        const { backupOf, backupOfStore, saveBackup } = await import('../backup/backup.ts');
        if (data === undefined && store === undefined) {
          return withClient(endpoint, async (client) => saveBackup(await backupOf(client), file, process));
        }
        const { existingLocation } = await import('../backup/location.ts');
        return saveBackup(await backupOfStore(existingLocation({ data, store })), file, process);
      })
  );
}
