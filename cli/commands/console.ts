import { Command, Option } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import type { ConsoleOptions } from '../console/console.ts';
import { outputOption, withEndpoint } from '../options.ts';

/** Creates the command `daybreak console`. */
export function makeCommand(): Command {
  return withEndpoint(new Command('console'))
    .description('print and open a link to the console that signs in once')
    .addOption(new Option('--open', 'open it in a browser (default: on a terminal with a display)'))
    .addOption(new Option('--no-open', 'print it only').default(undefined))
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (options: Endpoint & ConsoleOptions) => {
      const { openConsole } = await import('../console/console.ts');
      await withClient(options, (client) => openConsole(client, options, process.stdout, process.env));
    });
}
