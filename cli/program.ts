import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addCommands, commandsFor } from './commands.ts';
import { reportFailure } from './failure.ts';
import { withoutGoFlags } from './go-flags.ts';

/**
 * Runs the command line `argv`, which begins with Node and the script. Loads only the code of the command that it runs, so that short commands start
 * fast. Returns the exit code of a failure; undefined if the command has set it.
 */
export async function runCommandLine(argv: readonly string[]): Promise<number | undefined> {
  const daybreak = new Command('daybreak')
    .description('App Mesh on your own machines: a control plane, an agent for Envoy, and the iptables rules')
    .version(manifest.version)
    // A wrong command line ends with 2, which scripts can distinguish from a failure.
    .exitOverride();
  await addCommands(daybreak, commandsFor(argv.slice(2)));
  try {
    await daybreak.parseAsync(withoutGoFlags(argv));
    return undefined;
  } catch (error) {
    // Commander has already printed its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFailure(error);
  }
}
