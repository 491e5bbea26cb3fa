import { Command } from 'commander';
import { collect, flag, outputOption } from '../options.ts';
import type { CreateTokenOptions } from './create.ts';

/** The commands for the tokens that proxies show. */
export function addTokenCommands(daybreak: Command): void {
  const token = new Command('token')
    .description('make the bearer tokens that proxies show')
    .copyInheritedSettings(daybreak);
  token.addCommand(createCommand().copyInheritedSettings(daybreak));
  daybreak.addCommand(token);
}

function createCommand(): Command {
  return new Command('create')
    .description('make a token and print it, once')
    .requiredOption(
      '--node <pattern>',
      'which nodes its holder may be, e.g. mesh/M/virtualNode/*; may be given again',
      collect,
    )
    .option('--expires <when>', 'a time in ISO 8601, or from now: 90d, 12h, 30m (default: never)')
    .addOption(flag('--tokens <file>', "the control plane's file of tokens, to add a line to"))
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(
      async ({
        node,
        ...options
      }: Omit<CreateTokenOptions, 'nodes'> & { readonly node: readonly string[] }) => {
        const { createToken } = await import('./create.ts');
        createToken({ ...options, nodes: node }, process);
      },
    );
}
