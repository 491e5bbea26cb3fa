import { createInterface } from 'node:readline';
import { apply, remove, type RunOptions } from './apply/apply.ts';
import { ProxyinitError } from './errors.ts';
import type { ProxyinitIo } from './io.ts';
import { describeOutcome, describeRemoval, describeStatus } from './report.ts';
import type { ProxyinitSettings } from './settings/settings.ts';
import { readStatus } from './status.ts';

const COMMANDS = 'Available commands: quit, status, enable, disable';

/**
 * Serves the interface of App Mesh's route manager: one command per line on stdin. `enable` applies the rules, `disable` and `quit`
 * remove them, and `quit` also ends the program. The end of stdin ends the program and leaves the rules in place. Resolves with the exit
 * code: 1 if the last command failed, with an explanation on `stderr`, else 0.
 */
export async function serveCommands(
  settings: ProxyinitSettings,
  options: RunOptions,
  { stdin, stdout, stderr }: ProxyinitIo,
): Promise<number> {
  const prompt = () => (stdin.isTTY === true ? stdout.write('> ') : undefined);
  let enabled = false;
  let failed = false;
  stderr.write('no rules were written: waiting for commands on stdin (APPMESH_START_ENABLED is 0)\n');
  prompt();
  for await (const line of createInterface({ input: stdin, crlfDelay: Infinity })) {
    const command = line.trim();
    try {
      failed = false;
      switch (command) {
        case '':
          break;
        case 'status':
          stdout.write(describeStatus(await readStatus(settings, options)));
          break;
        case 'enable':
          for (const outcome of await apply(settings, options))
            stdout.write(describeOutcome(outcome, settings));
          enabled = true;
          break;
        case 'disable':
          stdout.write(describeRemoval(await remove(options)));
          enabled = false;
          break;
        case 'quit':
          stdout.write(describeRemoval(await remove(options)));
          return 0;
        default:
          stdout.write(`${COMMANDS}\n`);
      }
    } catch (error) {
      if (!(error instanceof ProxyinitError)) throw error;
      failed = true;
      stderr.write(`${error.message} (${error.code})\n`);
    }
    prompt();
  }
  stderr.write(`stdin ended: the rules ${enabled ? 'stay in force' : 'were not written by this run'}\n`);
  return failed ? 1 : 0;
}
