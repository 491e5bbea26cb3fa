import { Command } from 'commander';
import { flag } from '../options.ts';

/** `daybreak controlplane`. */
export function makeCommand(): Command {
  return new Command('controlplane')
    .description('serve the App Mesh API, and configuration to proxies over ADS')
    .addOption(flag('--data <dir>', 'the folder that the model is kept in'))
    .addOption(
      flag('--store <url>', 'instead of --data: a PostgreSQL database, postgres://user@host/database'),
    )
    .addOption(
      flag(
        '--accept-loss [boolean]',
        'start although the store has lost commits, and continue with the remaining ones',
      ),
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
        'concurrent connections to the API, and unauthenticated ones among them (default: 1000)',
      ),
    )
    .addOption(flag('--max-ads-connections <number[:strangers]>', 'the same to ADS (default: 20000)'))
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
    .addOption(
      flag('--cloud-map-cache <file>', "Cloud Map's last answers (default: cloud-map.json in --data)"),
    )
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
    .addOption(
      flag('--insecure [boolean]', 'listen beyond loopback without TLS, or without asking who calls'),
    )
    .action(async (options: Record<string, string | boolean>) => {
      const { controlPlane } = await import('../programs/controlplane.ts');
      process.exitCode = await controlPlane(options);
    });
}
