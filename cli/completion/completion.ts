import type { Command } from 'commander';
import { bashScript, zshScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { commandWords } from './words.ts';

/** The shells that there is completion for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The script that completes `daybreak` in a shell, made from the commands as they are. */
export function completionScript(shell: (typeof SHELLS)[number], daybreak: Command): string {
  return SCRIPTS[shell](commandWords(daybreak));
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
