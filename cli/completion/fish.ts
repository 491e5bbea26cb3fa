import type { CommandWords, OptionWords } from './words.ts';

/** Writes a script for fish, to load with `daybreak completion fish | source`. Without a match fish completes file names. */
export function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap((command) => [
    ...command.subcommands.map((name) => {
      const path = `${command.path} ${name}`.trim();
      const { description = '' } = commands.find((each) => each.path === path) ?? {};
      return `complete -c daybreak -n ${quoted(`${test(command)}; and not __fish_seen_subcommand_from ${command.subcommands.join(' ')}`)} -f -a ${quoted(name)} -d ${quoted(description)}`;
    }),
    ...command.options.map((option) => optionLine(command, option)),
    ...(command.arguments.length === 0
      ? []
      : [`complete -c daybreak -n ${quoted(test(command))} -f -a ${quoted(command.arguments.join(' '))}`]),
  ]);
  return `# fish completion for daybreak\n${lines.join('\n')}\n`;
}

function optionLine(command: CommandWords, { names, description, values }: OptionWords): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const words =
    values === undefined ? '' : values.length === 0 ? ' -r' : ` -x -a ${quoted(values.join(' '))}`;
  return `complete -c daybreak -n ${quoted(test(command))} ${flags.join(' ')}${words} -d ${quoted(description)}`;
}

// A condition of fish: the words so far are those of the command.
function test({ path }: CommandWords): string {
  if (path === '') return '__fish_use_subcommand';
  return path
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}
