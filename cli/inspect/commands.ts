import { Argument, Command, Option } from 'commander';
import { withClient } from '../operator-commands.ts';
import { caFileOption, collect, endpointOption, outputOption, regionOption } from '../options.ts';

type Endpoint = Parameters<typeof withClient>[0];
type Features = { readonly features?: string };

/** The commands that show what a proxy is served, and what becomes of a request there. */
export function addInspectCommands(daybreak: Command): void {
  daybreak.addCommand(configDumpCommand().copyInheritedSettings(daybreak));
  daybreak.addCommand(explainCommand().copyInheritedSettings(daybreak));
}

function configDumpCommand(): Command {
  type Options = Endpoint & Features & { readonly output: 'yaml' | 'json'; readonly type?: string };
  return withProxy(new Command('config-dump'))
    .description("show what a proxy is served, in Envoy's words, whether or not it is connected")
    .option('--type <type>', 'only this type, e.g. Cluster, Listener or RouteConfiguration')
    .addOption(outputOption(['yaml', 'json'], 'yaml'))
    .action(async (node: string, options: Options) => {
      const { configDump } = await import('./config-dump.ts');
      await withClient(options, (client) => configDump(client, { node, ...options }, process.stdout));
    });
}

function explainCommand(): Command {
  type Options = Endpoint &
    Features & {
      readonly output: 'text' | 'json';
      readonly header: readonly string[];
      readonly http2?: boolean;
    };
  return withProxy(new Command('explain'))
    .description('show which virtual service, route and targets a request meets, and why not the others')
    .argument('<method>', 'e.g. GET')
    .argument('<url>', 'what the application asks for, or a caller of the gateway; its port counts')
    .addOption(
      new Option('-H, --header <name: value>', 'a header; may be given again').argParser(collect).default([]),
    )
    .option('--http2', 'the caller speaks HTTP/2, as gRPC does; without it HTTP/1.1')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (node: string, method: string, url: string, options: Options) => {
      const { explain } = await import('./explain.ts');
      await withClient(options, (client) =>
        explain(client, { node, method, url, ...options }, process.stdout),
      );
    });
}

function withProxy(command: Command): Command {
  return command
    .addArgument(new Argument('<node>', 'mesh/M/virtualNode/N, mesh/M/virtualGateway/G, or its ARN'))
    .option(
      '--features <list>',
      'as for a proxy that says this of itself: ipv6, ipv6=false, appAddress=IP, sds, files, ecds, recentHttp, chainMatcher, longHeaders, names, or none',
    )
    .addOption(endpointOption())
    .addOption(regionOption())
    .addOption(caFileOption());
}
