import type { Command } from 'commander';

/**
 * Creates a command with its flags and texts. Its action imports the code that it runs, so that the help does not load it.
 * `daybreak` is the parent command.
 */
type MakeCommand = (daybreak: Command) => Command;

/** All commands, in the order of the help. */
const COMMANDS = {
  controlplane: () => import('./commands/controlplane.ts'),
  agent: () => import('./commands/agent.ts'),
  proxyinit: () => import('./commands/proxyinit.ts'),
  status: () => import('./commands/status.ts'),
  top: () => import('./commands/top.ts'),
  apply: () => import('./commands/apply.ts'),
  get: () => import('./commands/get.ts'),
  delete: () => import('./commands/delete.ts'),
  export: () => import('./commands/export.ts'),
  import: () => import('./commands/import.ts'),
  completion: () => import('./commands/completion.ts'),
  'config-dump': () => import('./commands/config-dump.ts'),
  explain: () => import('./commands/explain.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  console: () => import('./commands/console.ts'),
  history: () => import('./commands/history.ts'),
  identity: () => import('./commands/identity.ts'),
  authorize: () => import('./commands/authorize.ts'),
  login: () => import('./commands/login.ts'),
  token: () => import('./commands/token.ts'),
  ecs: () => import('./commands/ecs.ts'),
} as const satisfies Record<string, () => Promise<{ readonly makeCommand: MakeCommand }>>;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/**
 * Returns the commands to register for these arguments: only the named one, so that no other is loaded; all of them for the
 * help, for an unknown name, which may be misspelt, and for `completion`, which describes all.
 */
export function commandsFor([first = '']: readonly string[]): readonly CommandName[] {
  const isOne = Object.hasOwn(COMMANDS, first) && first !== 'completion';
  return (isOne ? [first] : Object.keys(COMMANDS)) as readonly CommandName[];
}

/** Registers commands. A wrong command line gets one line with the error, and one with the command that prints the help. */
export async function addCommands(daybreak: Command, names: readonly CommandName[]): Promise<void> {
  const modules = await Promise.all(names.map((name) => COMMANDS[name]()));
  for (const { makeCommand } of modules)
    daybreak.addCommand(makeCommand(daybreak).copyInheritedSettings(daybreak));
  pointToHelp(daybreak, '');
}

/** Ends the usage errors of a command and of its subcommands with the command line that prints their help. `parents` ends with a space. */
function pointToHelp(command: Command, parents: string): void {
  const words = parents + command.name();
  command.showHelpAfterError(`${words} --help shows the usage`);
  for (const each of command.commands) pointToHelp(each, `${words} `);
}
