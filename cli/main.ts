#!/usr/bin/env node
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { describeFault, onFault } from '../common/process/faults.ts';
import { addCommands, commandsFor } from './commands.ts';
import { reportFailure } from './failure.ts';
import { withoutGoFlags } from './go-flags.ts';

// The command `daybreak`. It loads only the code of the command that it runs, so that short commands start fast.

onFault((error) => process.stderr.write(`daybreak: ${describeFault(error)}\n`));

const daybreak = new Command('daybreak')
  .description('App Mesh on your own machines: a control plane, an agent for Envoy, and the iptables rules')
  .version(manifest.version)
  // A wrong command line ends with 2, which scripts can distinguish from a failure.
  .exitOverride();

await addCommands(daybreak, commandsFor(process.argv.slice(2)));

// A reader that closes the pipe early, such as `head`, is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await daybreak.parseAsync(withoutGoFlags(process.argv));
} catch (error) {
  process.exitCode = reportFailure(error);
}
