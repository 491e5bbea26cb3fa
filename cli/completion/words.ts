import type { Command, Option } from 'commander';

/** The words of one command for completion. `path`: the words after `daybreak`; '' is `daybreak` itself. */
export type CommandWords = {
  readonly path: string;
  readonly description: string;
  readonly subcommands: readonly string[];
  readonly options: readonly OptionWords[];
  /** The allowed values of the command's arguments; empty for a file or a name. */
  readonly arguments: readonly string[];
};

/** The words of one option for completion. */
export type OptionWords = {
  /** E.g. `-f` and `--filename`. */
  readonly names: readonly string[];
  readonly description: string;
  /** The allowed values; undefined for an option without a value, empty for a file or free text. */
  readonly values: readonly string[] | undefined;
};

/** Lists the words of all commands, `daybreak` first. */
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

const HELP: OptionWords = { names: ['-h', '--help'], description: 'show help', values: undefined };

function optionWords({ short, long, description, required, optional, argChoices }: Option): OptionWords {
  const names = [short, long].filter((name) => name !== undefined);
  return { names, description, values: required || optional ? (argChoices ?? []) : undefined };
}
