import { Command } from 'commander';
import type { LocationFlags } from '../backup/location.ts';
import { flag } from '../options.ts';

/** Creates the command `daybreak restore`. */
export function makeCommand(): Command {
  return new Command('restore')
    .description(
      'restore a backup into an empty store; to restore into a folder, stop its control plane first',
    )
    .argument('<file>', 'the file that backup wrote, or - for stdin')
    .addOption(flag('--data <dir>', 'the folder of the store'))
    .addOption(flag('--store <url>', 'a PostgreSQL database instead of --data; its control planes may run'))
    .option('--replace', 'delete the content of a store that is not empty', false)
    .action(async (file: string, { replace, ...flags }: LocationFlags & { readonly replace: boolean }) => {
      const { storeLocation } = await import('../backup/location.ts');
      const { restoreBackup } = await import('../backup/restore.ts');
      await restoreBackup({ file, location: storeLocation(flags), replace }, process);
    });
}
