import { Command } from 'commander';

/** `daybreak agent`. */
export function makeCommand(): Command {
  return new Command('agent')
    .description('bootstrap and supervise the Envoy of one proxy; told by APPMESH_* and ENVOY_* variables')
    .action(async () => {
      const { agent } = await import('../programs/agent.ts');
      process.exitCode = await agent(process.env);
    });
}
