#!/usr/bin/env node
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { describeFault, onFault } from '../common/faults.ts';
import { addBackupCommands } from './backup/commands.ts';
import { reportFailure } from './failure.ts';
import { addInspectCommands } from './inspect/commands.ts';
import { addOperatorCommands, withClient } from './operator-commands.ts';
import { caFileOption, endpointOption, flag, outputOption, regionOption } from './options.ts';
import { addProxyinitCommand } from './programs/proxyinit-command.ts';
import type { StatusOptions } from './status.ts';
import { addTokenCommands } from './token/commands.ts';

// The command `daybreak`: each program is loaded only when it is asked for, so that a short one starts fast.

onFault((error) => process.stderr.write(`daybreak: ${describeFault(error)}\n`));

const daybreak = new Command('daybreak')
  .description('App Mesh on your own machines: a control plane, an agent for Envoy, and the iptables rules')
  .version(manifest.version)
  .showHelpAfterError()
  // So that a command that was called wrongly ends with 2, which scripts can tell from one that failed.
  .exitOverride();

daybreak
  .command('controlplane')
  .description('serve the App Mesh API, and configuration to proxies over ADS')
  .addOption(flag('--data <dir>', 'the folder that the model is kept in'))
  .addOption(flag('--store <url>', 'instead of --data: a PostgreSQL database, postgres://user@host/database'))
  .addOption(
    flag('--accept-loss [boolean]', 'start although the store has lost something: go on with what is there'),
  )
  .addOption(flag('--api <host:port>', 'where the API listens (default: 127.0.0.1:8080)'))
  .addOption(flag('--api-host <names>', 'further names by which the API is called, with commas'))
  .addOption(flag('--ads <host:port>', 'where proxies connect (default: 127.0.0.1:18000)'))
  .addOption(flag('--credentials <file>', 'the users, keys and policies that calls are held against'))
  .addOption(flag('--tokens <file>', 'the bearer tokens that proxies may show; see token create'))
  .addOption(flag('--client-ca <file>', 'authorities, PEM, whose client certificates proxies may show'))
  .addOption(flag('--tls-cert <file>', 'serve over TLS with this certificate and its chain, PEM'))
  .addOption(flag('--tls-key <file>', 'the key of that certificate, PEM'))
  .addOption(flag('--audit <file>', 'write each change, and each call that is denied, to this file'))
  .addOption(flag('--quotas <list>', 'how many there may be, e.g. virtualNodes=5000,routes=2000'))
  .addOption(
    flag('--rate-limit <rate[:burst]>', 'calls a second of one user, and at once (default: no limit)'),
  )
  .addOption(flag('--max-proxies <number>', 'how many proxies may be connected (default: any number)'))
  .addOption(
    flag(
      '--max-proxies-per-resource <number>',
      'how many of one virtual node or gateway (default: any number)',
    ),
  )
  .addOption(
    flag(
      '--ads-rate-limit <rate[:burst]>',
      'new streams of proxies a second, and at once (default: 1000:5000)',
    ),
  )
  .addOption(
    flag(
      '--max-api-connections <number[:strangers]>',
      'connections to the API, and of those the ones that have not shown who they are (default: 1000:250)',
    ),
  )
  .addOption(flag('--max-ads-connections <number[:strangers]>', 'the same to ADS (default: 20000:5000)'))
  .addOption(
    flag(
      '--proxy-protocol <ranges>',
      'where balancers are whose connections to ADS begin with PROXY protocol version 2, with commas',
    ),
  )
  .addOption(flag('--api-proxy-protocol <ranges>', 'the same for the API'))
  .addOption(
    flag(
      '--max-connection-age <seconds>',
      'when a proxy is asked to connect again, so that replicas share them; 0: never (default: 3600 with --store)',
    ),
  )
  .addOption(
    flag('--drain <seconds>', 'the longest time to let proxies go in when it stops, 0 to 25 (default: 5)'),
  )
  .addOption(flag('--account <id>', 'without --credentials: whose meshes they are (default: 000000000000)'))
  .addOption(flag('--region <name>', 'the region in ARNs, and of AWS Cloud Map (default: us-east-1)'))
  .addOption(
    flag(
      '--cloud-map-interval <seconds>',
      'the time between two looks at a service of Cloud Map (default: 5)',
    ),
  )
  .addOption(flag('--cloud-map-cache <file>', "Cloud Map's last answers (default: cloud-map.json in --data)"))
  .addOption(flag('--certificates <dir>', 'certificates by ARN, which go before those of AWS'))
  .addOption(
    flag(
      '--max-request-headers-kib <number>',
      'the most KiB of headers that a proxy takes, of requests and of answers (default: 96)',
    ),
  )
  .addOption(
    flag(
      '--max-request-headers <number>',
      'the most header lines that a proxy takes, of requests and of answers (default: 200)',
    ),
  )
  .addOption(flag('--insecure [boolean]', 'listen beyond loopback without TLS, or without asking who calls'))
  .action(async (options: Record<string, string | boolean>) => {
    const { controlPlane } = await import('./programs/controlplane.ts');
    process.exitCode = await controlPlane(options);
  });

daybreak
  .command('agent')
  .description('bootstrap and supervise the Envoy of one proxy; told by APPMESH_* and ENVOY_* variables')
  .action(async () => {
    const { agent } = await import('./programs/agent.ts');
    process.exitCode = await agent(process.env);
  });

addProxyinitCommand(daybreak);

daybreak
  .command('status')
  .description('show how every connected proxy stands with the model')
  .addOption(endpointOption())
  .addOption(regionOption())
  .addOption(caFileOption())
  .addOption(outputOption(['text', 'json'], 'text'))
  .option('--watch', 'look again every second, until it is interrupted', false)
  .action(async (options: Parameters<typeof withClient>[0] & StatusOptions) => {
    const { status } = await import('./status.ts');
    await withClient(options, (client) => status(client, options, process.stdout));
  });

addOperatorCommands(daybreak);
addInspectCommands(daybreak);
addBackupCommands(daybreak);
addTokenCommands(daybreak);

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await daybreak.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
