import { Command } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { outputOption, withEndpoint } from '../options.ts';
import type { StatusOptions } from '../status.ts';

/** `daybreak status`. */
export function makeCommand(): Command {
  return withEndpoint(new Command('status'))
    .description('show how every connected proxy stands with the model')
    .addOption(outputOption(['text', 'json'], 'text'))
    .option('--watch', 'look again every second, until it is interrupted', false)
    .action(async (options: Endpoint & StatusOptions) => {
      const { status } = await import('../status.ts');
      await withClient(options, (client) => status(client, options, process.stdout));
    });
}
