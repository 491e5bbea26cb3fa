import { Command } from 'commander';
import { collect, flag, outputOption } from '../options.ts';
import type { CreateTokenOptions } from '../token/create.ts';

/** `daybreak token`, with its subcommands. */
export function makeCommand(daybreak: Command): Command {
  const token = new Command('token')
    .description('create bearer tokens for proxies')
    .copyInheritedSettings(daybreak);
  return token.addCommand(createCommand().copyInheritedSettings(daybreak));
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
