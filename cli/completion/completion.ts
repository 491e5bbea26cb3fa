import type { Command } from 'commander';
import { bashScript, zshScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { Shell } from './shells.ts';
import { commandWords } from './words.ts';

/** Generates the script that completes `daybreak` in a shell from the registered commands. */
export function completionScript(shell: Shell, daybreak: Command): string {
  return SCRIPTS[shell](commandWords(daybreak));
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  Shell,
  unknown
>;
