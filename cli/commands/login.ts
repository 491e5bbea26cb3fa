import { Command } from 'commander';
import { caFileOption, endpointOption, outputOption } from '../options.ts';
import type { LoginCommandOptions } from '../login/run.ts';

/** Creates the command `daybreak login`. */
export function makeCommand(): Command {
  return new Command('login')
    .description('get keys for an hour with credentials of AWS, as a credential_process of AWS tools')
    .addOption(endpointOption())
    .addOption(caFileOption())
    .option('--profile <name>', 'the profile with credentials of AWS (default: the usual chain)')
    .addOption(outputOption(['credential-process', 'env'], 'credential-process'))
    .action(async (options: LoginCommandOptions) => {
      const { runLogin } = await import('../login/run.ts');
      await runLogin(options, process.stdout);
    });
}
