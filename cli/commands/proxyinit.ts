import { Argument, Command, Option } from 'commander';
import { COMMANDS, type ProxyinitCommand } from '../../proxyinit/commands.ts';
import { PROXY_CONFIGURATION, SOURCES, type Source } from '../../proxyinit/settings/sources.ts';

/** Creates the command `daybreak proxyinit`, with a flag for each of its settings. */
export function makeCommand(): Command {
  const sources: readonly Source[] = [PROXY_CONFIGURATION, ...Object.values(SOURCES)];
  const command = new Command('proxyinit')
    .description(
      "write the iptables rules that send an application's traffic through Envoy; set by flags and APPMESH_* variables",
    )
    .addArgument(new Argument('[command]', 'what to do').choices(COMMANDS).default('apply'))
    .option('--dry-run', 'print the input of iptables-restore without applying it', false);
  for (const source of sources) {
    for (const option of optionsOf(source)) command.addOption(option);
  }
  return command.action(
    async (name: ProxyinitCommand, options: Record<string, string | boolean | undefined>) => {
      const { proxyinit } = await import('../programs/proxyinit.ts');
      const flags = Object.fromEntries(sources.map(({ flag }) => [flag, options[attribute(flag)]]));
      process.exitCode = await proxyinit({ command: name, dryRun: options['dryRun'] === true, flags });
    },
  );
}

/** A boolean flag also has a form `--no-…`, to override a variable that turns it on; the help does not show that form. */
function optionsOf({ flag, argument, description }: Source): readonly Option[] {
  if (argument !== undefined) return [new Option(`--${flag} ${argument}`, description)];
  return [new Option(`--${flag}`, description), new Option(`--no-${flag}`).hideHelp()];
}

function attribute(flag: string): string {
  return flag.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
