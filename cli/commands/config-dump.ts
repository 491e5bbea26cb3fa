import { Command } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { outputOption } from '../options.ts';
import { withProxy, type ProxyFlags } from './proxy-flags.ts';

/** Creates the command `daybreak config-dump`. */
export function makeCommand(): Command {
  type Options = Endpoint & ProxyFlags & { readonly output: 'yaml' | 'json'; readonly type?: string };
  return withProxy(new Command('config-dump'))
    .description(
      'show the configuration of a proxy as Envoy resources, whether or not the proxy is connected',
    )
    .option('--type <type>', 'only this type, e.g. Cluster, Listener or RouteConfiguration')
    .addOption(outputOption(['yaml', 'json'], 'yaml'))
    .action(async (node: string, options: Options) => {
      const { configDump } = await import('../inspect/config-dump.ts');
      await withClient(options, (client) => configDump(client, { node, ...options }, process.stdout));
    });
}
