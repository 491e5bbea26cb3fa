import type { CommandWords } from './words.ts';

/** Writes a script for bash, to load with `source <(daybreak completion bash)`. Without a match bash completes file names. */
export function bashScript(commands: readonly CommandWords[]): string {
  return `# bash completion for daybreak
${bashFunction(commands)}
complete -o default -F _daybreak daybreak
`;
}

/** Writes a script for zsh, which runs bash's completion function. */
export function zshScript(commands: readonly CommandWords[]): string {
  return `#compdef daybreak
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bashFunction(commands)}
complete -o default -F _daybreak daybreak
`;
}

function bashFunction(commands: readonly CommandWords[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== '');
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values: words }) =>
      words === undefined
        ? []
        : [
            `    ${names.map((name) => quoted(`${path}|${name}`)).join('|')}) words=${quoted(words.join(' '))} ;;`,
          ],
    ),
  );
  const options = commands.map(
    (command) =>
      `      ${quoted(command.path)}) words=${quoted(command.options.flatMap(({ names }) => names).join(' '))} ;;`,
  );
  const words = commands.map(
    (command) =>
      `      ${quoted(command.path)}) words=${quoted([...command.subcommands, ...command.arguments].join(' '))} ;;`,
  );
  return `_daybreak() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' next words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="$path\${path:+ }\${COMP_WORDS[i]}"
    case $next in
      ${paths.map(quoted).join('|')}) path=$next ;;
    esac
  done
  case "$path|$previous" in
${values.join('\n')}
    *)
      if [[ $word == -* ]]; then
        case $path in
${options.map((line) => `  ${line}`).join('\n')}
        esac
      else
        case $path in
${words.map((line) => `  ${line}`).join('\n')}
        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
