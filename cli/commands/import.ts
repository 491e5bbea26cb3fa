import type { Command } from 'commander';
import { importCommand } from '../import/command.ts';

/** `daybreak import`. */
export function makeCommand(): Command {
  return importCommand();
}
