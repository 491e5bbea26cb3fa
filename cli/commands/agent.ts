import { Command } from 'commander';

type Flags = {
  readonly envoyReadiness?: boolean;
  readonly logLevel?: string;
  readonly envoyConfigPath?: string;
};

/** `daybreak agent`. */
export function makeCommand(): Command {
  return new Command('agent')
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
        const { agent } = await import('../programs/agent.ts');
        process.exitCode = await agent(env);
      }
    });
}

function environment(env: NodeJS.ProcessEnv, { logLevel, envoyConfigPath }: Flags): NodeJS.ProcessEnv {
  return {
    ...env,
    ...(logLevel === undefined ? {} : { ENVOY_LOG_LEVEL: logLevel }),
    ...(envoyConfigPath === undefined ? {} : { ENVOY_CONFIG_FILE: envoyConfigPath }),
  };
}
