import { Command } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { outputOption, withEndpoint } from '../options.ts';
import type { TopOptions } from '../top/top.ts';

/** Creates the command `daybreak top`. */
export function makeCommand(): Command {
  return withEndpoint(new Command('top'))
    .description('show the requests on each line of a mesh, as they come')
    .argument('<mesh>', 'the name of the mesh')
    .option('--mesh-owner <account>', 'the account of the mesh, if several have one of that name')
    .option('--latencies', 'add p50 and p99 of the lines of the five busiest callers', false)
    .option('--once', 'print the first figures, and end', false)
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (mesh: string, options: Endpoint & TopOptions) => {
      const { top } = await import('../top/top.ts');
      await withClient(options, (client) => top(client, mesh, options, process.stdout));
    });
}
