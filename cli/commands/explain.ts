import { Command, Option } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { collect, outputOption } from '../options.ts';
import { withProxy, type ProxyFlags } from './proxy-flags.ts';

/** Creates the command `daybreak explain`. */
export function makeCommand(): Command {
  type Options = Endpoint &
    ProxyFlags & {
      readonly output: 'text' | 'json';
      readonly header: readonly string[];
      readonly http2?: boolean;
    };
  return withProxy(new Command('explain'))
    .description(
      'show which virtual service, route and targets a request matches, and why it does not match the others',
    )
    .argument('<method>', 'the HTTP method, e.g. GET')
    .argument('<url>', 'the URL that the application or a caller of the gateway requests; its port counts')
    .addOption(
      new Option('-H, --header <name: value>', 'a header; may be given again').argParser(collect).default([]),
    )
    .option('--http2', 'the caller uses HTTP/2, as gRPC does (default: HTTP/1.1)')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (node: string, method: string, url: string, options: Options) => {
      const { explain } = await import('../inspect/explain.ts');
      await withClient(options, (client) =>
        explain(client, { node, method, url, ...options }, process.stdout),
      );
    });
}
