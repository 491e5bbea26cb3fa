#!/usr/bin/env node
import { describeFault, onFault } from '../common/process/faults.ts';
import { healthCheckOf } from './health-check.ts';

// The command `daybreak`. Health checks run every few seconds beside each application, so they load no more than they need: not even the
// parser of command lines.

onFault((error) => process.stderr.write(`daybreak: ${describeFault(error)}\n`));

// A reader that closes the pipe early, such as `head`, is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const check = healthCheckOf(process.argv.slice(2));
const run = check ?? (await import('./program.ts')).runCommandLine;
process.exitCode = (await run(process.argv)) ?? process.exitCode;
