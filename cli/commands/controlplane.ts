import { Command } from 'commander';
import { flag } from '../options.ts';

/** Each flag with its value, and its description. */
const FLAGS: readonly (readonly [flags: string, description: string])[] = [
  ['--data <dir>', 'the folder of the store'],
  ['--store <url>', 'a PostgreSQL database instead of --data: postgres://user@host/database'],
  [
    '--accept-loss [boolean]',
    'start even if the store has lost commits, and continue with the remaining ones',
  ],
  ['--api <host:port>', 'the address of the API (default: 127.0.0.1:8080)'],
  [
    '--console [boolean]',
    'serve the console under /console/ of the API (default: true if --api is on loopback)',
  ],
  ['--api-host <names>', 'more host names of the API, separated by commas'],
  ['--ads <host:port>', 'the address of ADS, to which proxies connect (default: 127.0.0.1:18000)'],
  ['--credentials <file>', 'users, access keys and policies; turns on authentication of the API'],
  ['--tokens <file>', 'bearer tokens of proxies; see token create'],
  ['--client-ca <file>', 'authorities (PEM) of client certificates of proxies'],
  ['--trust-domain <name>', 'issue certificates to agents that prove who they are: apps.example'],
  ['--ca-key <file>', 'the key that seals the keys of the authority: 32 bytes in base64'],
  ['--ca-root <acm-pca:ARN>', 'the root of the authority, in AWS Private CA (default: a root of its own)'],
  ['--plaintext-window <seconds>', 'how long a caller without mutual TLS counts (default: 86400)'],
  [
    '--aws-jwt-issuers <list>',
    'issuers of tokens of AWS STS that prove roles: ACCOUNT=URL, separated by commas',
  ],
  [
    '--bind-by-iam-policy [boolean]',
    'let a role be a proxy if its IAM policies allow appmesh:StreamAggregatedResources on it',
  ],
  ['--sts-endpoint <url>', 'where proofs by IAM roles are verified (default: AWS STS)'],
  ['--tls-cert <file>', 'serve over TLS with this certificate and its chain (PEM)'],
  ['--tls-key <file>', 'the private key of the certificate (PEM)'],
  ['--audit <file>', 'write each change and each denied call to this file'],
  ['--quotas <list>', 'the maximum number of resources, e.g. virtualNodes=5000,routes=2000'],
  ['--rate-limit <rate[:burst]>', 'calls per second of one user, and burst (default: no limit)'],
  ['--max-proxies <number>', 'the maximum number of connected proxies (default: any number)'],
  [
    '--max-proxies-per-resource <number>',
    'the maximum number of proxies of one virtual node or gateway (default: any number)',
  ],
  ['--ads-rate-limit <rate[:burst]>', 'new streams of proxies per second, and burst (default: 1000:5000)'],
  [
    '--max-api-connections <number[:strangers]>',
    'concurrent connections to the API, and unauthenticated ones among them (default: 1000)',
  ],
  ['--max-ads-connections <number[:strangers]>', 'the same for ADS (default: 20000)'],
  [
    '--proxy-protocol <ranges>',
    'addresses of balancers that use PROXY protocol version 2 to ADS, separated by commas',
  ],
  ['--api-proxy-protocol <ranges>', 'the same for the API'],
  [
    '--max-connection-age <seconds>',
    'the time after which a proxy has to reconnect, so that replicas share the load; 0: never (default: 3600 with --store)',
  ],
  [
    '--drain <seconds>',
    'the maximum time to disconnect proxies when the control plane stops, 0 to 25 (default: 5)',
  ],
  [
    '--prometheus <url>',
    "a Prometheus server with Envoy's metrics, for live figures of more than 15 minutes",
  ],
  ['--account <id>', 'without --credentials: the account of all meshes (default: 000000000000)'],
  ['--region <name>', 'the region in ARNs, and of AWS Cloud Map (default: us-east-1)'],
  ['--cloud-map-interval <seconds>', 'the polling interval of a service in Cloud Map (default: 5)'],
  [
    '--cloud-map-cache <file>',
    "the file that keeps Cloud Map's last answers (default: cloud-map.json in --data)",
  ],
  ['--certificates <dir>', 'certificates by ARN, which take precedence over those of AWS'],
  [
    '--max-request-headers-kib <number>',
    'the maximum size of headers in a request or response through a proxy (default: 96)',
  ],
  [
    '--max-request-headers <number>',
    'the maximum number of header lines in a request or response through a proxy (default: 200)',
  ],
  ['--insecure [boolean]', 'listen beyond loopback without TLS or authentication'],
];

/** Creates the command `daybreak controlplane`. */
export function makeCommand(): Command {
  const controlplane = new Command('controlplane').description('serve the App Mesh API, and ADS to proxies');
  for (const [flags, description] of FLAGS) controlplane.addOption(flag(flags, description));
  controlplane.action(async (options: Record<string, string | boolean>) => {
    const { controlPlane } = await import('../programs/controlplane.ts');
    process.exitCode = await controlPlane(options);
  });
  return controlplane.addCommand(readyCommand().copyInheritedSettings(controlplane));
}

function readyCommand(): Command {
  return new Command('ready')
    .description(
      'exit with 0 if the control plane on this machine is ready, else with 1 and the reason; for health checks',
    )
    .addOption(flag('--api <host:port>', 'the address of its API').default('127.0.0.1:8080'))
    .action(async (_: unknown, command: Command) => {
      const { controlPlaneReady } = await import('../controlplane/ready.ts');
      await controlPlaneReady(command.optsWithGlobals<{ readonly api: string }>().api);
    });
}
