import { Argument, Command } from 'commander';
import { SHELLS, type Shell } from '../completion/shells.ts';

/** Creates the command `daybreak completion`, for all commands of `daybreak`. */
export function makeCommand(daybreak: Command): Command {
  return new Command('completion')
    .description('print the completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../completion/completion.ts');
      process.stdout.write(completionScript(shell, daybreak));
    });
}
