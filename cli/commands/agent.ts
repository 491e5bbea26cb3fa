import { Command, Option } from 'commander';
import type { BundleOptions } from '../agent/bundle.ts';
import type { HandOverOptions } from '../agent/hand-over.ts';
import type { LogLevelOptions } from '../agent/log-level.ts';
import { openVariables } from '../../agent/settings/variables-file.ts';
import { outputOption } from '../options.ts';
import type { ReloadOptions } from '../agent/reload.ts';

type Flags = {
  readonly envoyReadiness?: boolean;
  readonly logLevel?: string;
  readonly envoyConfigPath?: string;
};

/** Creates the command `daybreak agent`. */
export function makeCommand(): Command {
  const agent = new Command('agent')
    .description('bootstrap and supervise the Envoy of one proxy; set by APPMESH_* and ENVOY_* variables')
    .option(
      '--envoyReadiness',
      'wait until the Envoy of the running agent is ready; exit with 0, or with 1 after a time limit',
    )
    .option('--logLevel <level>', 'instead of ENVOY_LOG_LEVEL')
    .option('--envoyConfigPath <file>', 'instead of ENVOY_CONFIG_FILE')
    .action(async (flags: Flags) => {
      const variables = await openVariables(process.env, asVariables(flags));
      if (flags.envoyReadiness === true) {
        const { agentReadiness } = await import('../programs/agent-readiness.ts');
        process.exitCode = await agentReadiness(variables.env);
      } else {
        const { agent: run } = await import('../programs/agent.ts');
        process.exitCode = await run(variables);
      }
    });
  return agent
    .addCommand(statusCommand().copyInheritedSettings(agent))
    .addCommand(readyCommand().copyInheritedSettings(agent))
    .addCommand(bundleCommand().copyInheritedSettings(agent))
    .addCommand(logLevelCommand().copyInheritedSettings(agent))
    .addCommand(reloadCommand().copyInheritedSettings(agent))
    .addCommand(handOverCommand().copyInheritedSettings(agent));
}

function statusCommand(): Command {
  return new Command('status')
    .description('show the status of the running agent and its Envoy; set by the same variables')
    .addOption(outputOption(['text', 'json'], 'text'))
    .option('--json', 'the same as -o json', false)
    .action(async ({ output, json }: { readonly output: 'text' | 'json'; readonly json: boolean }) => {
      const { agentStatus } = await import('../agent/status.ts');
      await agentStatus(
        (await openVariables(process.env)).env,
        { output: json ? 'json' : output },
        process.stdout,
      );
    });
}

function readyCommand(): Command {
  return new Command('ready')
    .description('exit with 0 if the running agent is healthy, else with 1 and the reason; for health checks')
    .action(async () => {
      const { agentReady } = await import('../agent/ready.ts');
      await agentReady((await openVariables(process.env)).env);
    });
}

function asVariables({ logLevel, envoyConfigPath }: Flags): NodeJS.ProcessEnv {
  return {
    ...(logLevel === undefined ? {} : { ENVOY_LOG_LEVEL: logLevel }),
    ...(envoyConfigPath === undefined ? {} : { ENVOY_CONFIG_FILE: envoyConfigPath }),
  };
}

const socketOption = (): Option =>
  new Option('--socket <path>', 'the operator.sock of the agent (default: found on this host)');

function bundleCommand(): Command {
  return new Command('bundle')
    .description('write settings, state, logs and limits of the running agent and its Envoy to one archive')
    .option('-f, --file <path>', 'the archive (.tar.gz); it must not exist')
    .addOption(socketOption())
    .action(async (options: BundleOptions) => {
      const { agentBundle } = await import('../agent/bundle.ts');
      await agentBundle((await openVariables(process.env)).env, options, process.stdout);
    });
}

function logLevelCommand(): Command {
  return new Command('log-level')
    .description('set the log level of the running agent and its Envoy, for five minutes')
    .argument('<level>', 'trace, debug, info, warning, error, critical or off')
    .option('--permanent', 'until the next start of the agent', false)
    .addOption(socketOption())
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (level: string, options: LogLevelOptions) => {
      const { agentLogLevel } = await import('../agent/log-level.ts');
      await agentLogLevel((await openVariables(process.env)).env, level, options, process.stdout);
    });
}

function reloadCommand(): Command {
  return new Command('reload')
    .description(
      'make the running agent apply changed variables (DAYBREAK_ENV_FILE) or files, or start another Envoy',
    )
    .option('--restart', 'drain and restart Envoy instead of a hot restart', false)
    .addOption(socketOption())
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (options: ReloadOptions) => {
      const { agentReload } = await import('../agent/reload.ts');
      await agentReload((await openVariables(process.env)).env, options, process.stdout);
    });
}

function handOverCommand(): Command {
  return new Command('hand-over')
    .description('end the running agent without its Envoy, which the next agent takes over')
    .addOption(socketOption())
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (options: HandOverOptions) => {
      const { agentHandOver } = await import('../agent/hand-over.ts');
      await agentHandOver((await openVariables(process.env)).env, options, process.stdout);
    });
}
