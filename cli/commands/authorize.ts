import { Command } from 'commander';
import type { AuthorizeOptions } from '../authorize.ts';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { outputOption, withEndpoint } from '../options.ts';
import { withMesh } from './resource-flags.ts';

/** Creates the command `daybreak authorize`. */
export function makeCommand(): Command {
  return withMesh(withEndpoint(new Command('authorize')))
    .description(
      'show which callers each virtual node admits: by backends, gateway routes and access policies',
    )
    .argument('[virtual node]', 'only this virtual node')
    .addOption(outputOption(['table', 'json'], 'table'))
    .action(async (node: string | undefined, options: Endpoint & AuthorizeOptions) => {
      const { authorize } = await import('../authorize.ts');
      await withClient(options, (client) => authorize(client, node, options, process.stdout));
    });
}
