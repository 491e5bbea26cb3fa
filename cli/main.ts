#!/usr/bin/env node
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { describeFault, onFault } from '../common/faults.ts';
import { addCommands, commandsFor } from './commands.ts';
import { reportFailure } from './failure.ts';

// The command `daybreak`: each program is loaded only when it is asked for, so that a short one starts fast.

onFault((error) => process.stderr.write(`daybreak: ${describeFault(error)}\n`));

const daybreak = new Command('daybreak')
  .description('App Mesh on your own machines: a control plane, an agent for Envoy, and the iptables rules')
  .version(manifest.version)
  .showHelpAfterError()
  // So that a command that was called wrongly ends with 2, which scripts can tell from one that failed.
  .exitOverride();

await addCommands(daybreak, commandsFor(process.argv.slice(2)));

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await daybreak.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
