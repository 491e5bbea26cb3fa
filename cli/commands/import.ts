import type { Command } from 'commander';
import { importCommand } from '../import/command.ts';

/** Creates the command `daybreak import`. */
export function makeCommand(): Command {
  return importCommand();
}
