import { Command } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { outputOption, withEndpoint } from '../options.ts';
import type { IdentityOptions } from '../identity.ts';

/** `daybreak identity`. */
export function makeCommand(): Command {
  return withEndpoint(new Command('identity'))
    .description('show the authority of the trust domain, and which proxies hold its certificates')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (options: Endpoint & IdentityOptions) => {
      const { identity } = await import('../identity.ts');
      await withClient(options, (client) => identity(client, options, process.stdout));
    });
}
