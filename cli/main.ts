#!/usr/bin/env node
import { Command, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { reportFailure } from './failure.ts';

// The command `daybreak`: each program is loaded only when it is asked for, so that a short one starts fast.

const daybreak = new Command('daybreak')
  .description('App Mesh on your own machines: a control plane, an agent for Envoy, and the iptables rules')
  .version(manifest.version)
  .showHelpAfterError();

/** A flag that is also DAYBREAK_ and its name in capitals; the flag wins. */
function flag(flags: string, description: string): Option {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
  return new Option(flags, description).env(`DAYBREAK_${name.toUpperCase().replaceAll('-', '_')}`);
}

daybreak
  .command('controlplane')
  .description('serve the App Mesh API, and configuration to proxies over ADS')
  .addOption(flag('--data <dir>', 'the folder that the model is kept in'))
  .addOption(flag('--api <host:port>', 'where the API listens (default: 127.0.0.1:8080)'))
  .addOption(flag('--ads <host:port>', 'where proxies connect (default: 127.0.0.1:18000)'))
  .addOption(flag('--account <id>', 'the account that meshes belong to (default: 000000000000)'))
  .addOption(flag('--region <name>', 'the region in ARNs (default: us-east-1)'))
  .addOption(flag('--insecure', 'listen beyond loopback although nobody is asked who he is'))
  .action(async (options: Record<string, string | boolean>) => {
    const { controlPlane } = await import('./controlplane.ts');
    process.exitCode = await controlPlane(options);
  });

daybreak
  .command('agent')
  .description('bootstrap and supervise the Envoy of one proxy; told by APPMESH_* and ENVOY_* variables')
  .action(async () => {
    const { agent } = await import('./agent.ts');
    process.exitCode = await agent(process.env);
  });

daybreak
  .command('proxyinit')
  .description(
    "write the iptables rules that lead an app's traffic through Envoy; told by APPMESH_* variables",
  )
  .argument('[command]', 'apply', 'apply')
  .option('--dry-run', 'print what would be restored, and change nothing', false)
  .action(async (command: string, options: { dryRun: boolean }) => {
    const { proxyinit } = await import('./proxyinit.ts');
    process.exitCode = await proxyinit(command, options.dryRun, process.env);
  });

daybreak
  .command('status')
  .description('show how every connected proxy stands with the model')
  .addOption(flag('--endpoint <url>', 'the control plane').default('http://127.0.0.1:8080'))
  .addOption(
    new Option('-o, --output <form>', 'for people or for programs').choices(['text', 'json']).default('text'),
  )
  .action(async (options: { endpoint: string; output: 'text' | 'json' }) => {
    const { status } = await import('./status.ts');
    await status(options.endpoint, options.output);
  });

try {
  await daybreak.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
