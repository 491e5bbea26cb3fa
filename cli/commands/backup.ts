import { Command, Option } from 'commander';
import type { LocationFlags } from '../backup/location.ts';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { withEndpoint } from '../options.ts';

/** Creates the command `daybreak backup`. */
export function makeCommand(): Command {
  return (
    withEndpoint(new Command('backup'))
      .description('save the whole store of a running control plane')
      .argument('[file]', 'the file to write (default: stdout)')
      // Not from DAYBREAK_DATA and DAYBREAK_STORE: on the host of a control plane they name the store that it is using.
      .addOption(new Option('--data <dir>', 'read the folder of a stopped control plane instead'))
      .addOption(new Option('--store <url>', 'read the PostgreSQL database of control planes instead'))
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
