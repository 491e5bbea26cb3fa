import { Command } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { collect, flag, outputOption, withEndpoint } from '../options.ts';
import type { CreateTokenOptions } from '../token/create.ts';
import type { JoinTokenOptions } from '../token/join.ts';
import type { RevokeTokenOptions } from '../token/revoke.ts';

/** Creates the command `daybreak token`, with its subcommands. */
export function makeCommand(daybreak: Command): Command {
  const token = new Command('token')
    .description('create, list and revoke tokens for proxies')
    .copyInheritedSettings(daybreak);
  return token
    .addCommand(createCommand().copyInheritedSettings(daybreak))
    .addCommand(joinCommand().copyInheritedSettings(daybreak))
    .addCommand(listCommand().copyInheritedSettings(daybreak))
    .addCommand(revokeCommand().copyInheritedSettings(daybreak));
}

function createCommand(): Command {
  return new Command('create')
    .description('create a token and print it once')
    .requiredOption(
      '--node <pattern>',
      'which nodes its holder may be, e.g. mesh/M/virtualNode/*; may be given again',
      collect,
    )
    .option('--expires <when>', 'a time in ISO 8601, or a duration from now: 90d, 12h, 30m (default: never)')
    .addOption(flag('--tokens <file>', "the control plane's token file, to which the command adds a line"))
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(
      async ({
        node,
        ...options
      }: Omit<CreateTokenOptions, 'nodes'> & { readonly node: readonly string[] }) => {
        const { createToken } = await import('../token/create.ts');
        createToken({ ...options, nodes: node }, process);
      },
    );
}

function joinCommand(): Command {
  return withEndpoint(new Command('join'))
    .description('create a one-time token for the first certificate of a proxy, and print it once')
    .requiredOption('--node <node>', 'the node of the proxy: mesh/M/virtualNode/N or mesh/M/virtualGateway/G')
    .option('--expires <duration>', 'the lifetime, 60s to 1h (default: 15m)')
    .option('--from <range>', 'allowed addresses of the proxy, e.g. 10.0.0.0/8; repeatable', collect)
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (options: Endpoint & JoinTokenOptions) => {
      const { createJoinToken } = await import('../token/join.ts');
      await withClient(options, (client) => createJoinToken(client, options, process.stdout));
    });
}

function listCommand(): Command {
  return withEndpoint(new Command('list'))
    .description(
      'show the join tokens that were not used yet, and the tokens in the file of --tokens, by their ids',
    )
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (options: Endpoint & { readonly output: 'text' | 'json' }) => {
      const { listTokens } = await import('../token/list.ts');
      await withClient(options, (client) => listTokens(client, options, process.stdout));
    });
}

function revokeCommand(): Command {
  return withEndpoint(new Command('revoke'))
    .description('revoke join tokens that were not used yet')
    .option('--id <id>', 'the id of one token, from token list')
    .option('--node <node>', 'all tokens of this node: mesh/M/virtualNode/N or mesh/M/virtualGateway/G')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (options: Endpoint & RevokeTokenOptions) => {
      const { revokeTokens } = await import('../token/revoke.ts');
      await withClient(options, (client) => revokeTokens(client, options, process.stdout));
    });
}
