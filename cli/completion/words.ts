import type { Command, Option } from 'commander';

/** What a shell needs to know of one command. `path` is its words after `daybreak`; '' is `daybreak` itself. */
export type CommandWords = {
  readonly path: string;
  readonly description: string;
  readonly subcommands: readonly string[];
  readonly options: readonly OptionWords[];
  /** What may stand where the command takes an argument; empty where that is a file or a name. */
  readonly arguments: readonly string[];
};

/** What a shell needs to know of one option. */
export type OptionWords = {
  /** `-f`, `--filename`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for an option without a value; empty where the value is a file or free text. */
  readonly values: readonly string[] | undefined;
};

/** All commands, `daybreak` first. */
export function commandWords(command: Command, path = ''): readonly CommandWords[] {
  const visible = command.commands.filter((each) => each.name() !== 'help');
  const own: CommandWords = {
    path,
    description: command.description(),
    subcommands: visible.map((each) => each.name()),
    options: [...command.options.map(optionWords), HELP],
    arguments: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
  const nested = visible.flatMap((each) => commandWords(each, `${path} ${each.name()}`.trim()));
  return [own, ...nested];
}

const HELP: OptionWords = { names: ['-h', '--help'], description: 'show what it takes', values: undefined };

function optionWords({ short, long, description, required, optional, argChoices }: Option): OptionWords {
  const names = [short, long].filter((name) => name !== undefined);
  return { names, description, values: required || optional ? (argChoices ?? []) : undefined };
}
