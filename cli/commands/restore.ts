import { Command } from 'commander';
import type { LocationFlags } from '../backup/location.ts';
import { flag } from '../options.ts';

/** `daybreak restore`. */
export function makeCommand(): Command {
  return new Command('restore')
    .description(
      'bring back what backup saved, into an empty store; of a folder, with its control plane stopped',
    )
    .argument('<file>', 'what backup wrote, or - for stdin')
    .addOption(flag('--data <dir>', 'the folder that the model is kept in'))
    .addOption(flag('--store <url>', 'instead of --data: a PostgreSQL database; its control planes may run'))
    .option('--replace', 'into a store that is not empty: delete what it holds', false)
    .action(async (file: string, { replace, ...flags }: LocationFlags & { readonly replace: boolean }) => {
      const { storeLocation } = await import('../backup/location.ts');
      const { restoreBackup } = await import('../backup/restore.ts');
      await restoreBackup({ file, location: storeLocation(flags), replace }, process);
    });
}
