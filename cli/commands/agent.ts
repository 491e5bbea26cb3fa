import { Command } from 'commander';
import { outputOption } from '../options.ts';

type Flags = {
  readonly envoyReadiness?: boolean;
  readonly logLevel?: string;
  readonly envoyConfigPath?: string;
};

/** `daybreak agent`. */
export function makeCommand(): Command {
  const agent = new Command('agent')
    .description('bootstrap and supervise the Envoy of one proxy; told by APPMESH_* and ENVOY_* variables')
    .option(
      '--envoyReadiness',
      'wait until the Envoy of the running agent is ready: 0, or 1 after a time limit',
    )
    .option('--logLevel <level>', 'instead of ENVOY_LOG_LEVEL')
    .option('--envoyConfigPath <file>', 'instead of ENVOY_CONFIG_FILE')
    .action(async (flags: Flags) => {
      const env = environment(process.env, flags);
      if (flags.envoyReadiness === true) {
        const { agentReadiness } = await import('../programs/agent-readiness.ts');
        process.exitCode = await agentReadiness(env);
      } else {
        const { agent: run } = await import('../programs/agent.ts');
        process.exitCode = await run(env);
      }
    });
  return agent
    .addCommand(statusCommand().copyInheritedSettings(agent))
    .addCommand(readyCommand().copyInheritedSettings(agent));
}

function statusCommand(): Command {
  return new Command('status')
    .description('show how the running agent and its Envoy stand; found by the same variables')
    .addOption(outputOption(['text', 'json'], 'text'))
    .option('--json', 'the same as -o json', false)
    .action(async ({ output, json }: { readonly output: 'text' | 'json'; readonly json: boolean }) => {
      const { agentStatus } = await import('../agent/status.ts');
      await agentStatus(process.env, { output: json ? 'json' : output }, process.stdout);
    });
}

function readyCommand(): Command {
  return new Command('ready')
    .description('end with 0 if the running agent is healthy, else with 1 and the reason; for health checks')
    .action(async () => {
      const { agentReady } = await import('../agent/ready.ts');
      await agentReady(process.env);
    });
}

function environment(env: NodeJS.ProcessEnv, { logLevel, envoyConfigPath }: Flags): NodeJS.ProcessEnv {
  return {
    ...env,
    ...(logLevel === undefined ? {} : { ENVOY_LOG_LEVEL: logLevel }),
    ...(envoyConfigPath === undefined ? {} : { ENVOY_CONFIG_FILE: envoyConfigPath }),
  };
}
