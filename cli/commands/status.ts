import { Command } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { outputOption, withEndpoint } from '../options.ts';
import type { StatusOptions } from '../status.ts';

/** Creates the command `daybreak status`. */
export function makeCommand(): Command {
  return withEndpoint(new Command('status'))
    .description('show whether each connected proxy has the current configuration')
    .addOption(outputOption(['text', 'json'], 'text'))
    .option('--watch', 'repeat every second until interrupted', false)
    .action(async (options: Endpoint & StatusOptions) => {
      const { status } = await import('../status.ts');
      await withClient(options, (client) => status(client, options, process.stdout));
    });
}
