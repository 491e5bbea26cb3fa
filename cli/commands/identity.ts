import { Argument, Command } from 'commander';
import { withClient, type Endpoint } from '../client/with-client.ts';
import { outputOption, withEndpoint } from '../options.ts';
import type { IdentityOptions } from '../identity/identity.ts';
import type { RevokeOptions } from '../identity/revoke.ts';

/** Creates the command `daybreak identity`, with its subcommands. */
export function makeCommand(daybreak: Command): Command {
  return withEndpoint(new Command('identity'))
    .description('show the authority of the trust domain, and which proxies hold its certificates')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (options: Endpoint & IdentityOptions) => {
      const { identity } = await import('../identity/identity.ts');
      await withClient(options, (client) => identity(client, options, process.stdout));
    })
    .addCommand(rotateCommand().copyInheritedSettings(daybreak))
    .addCommand(revokeCommand().copyInheritedSettings(daybreak))
    .addCommand(plaintextCommand().copyInheritedSettings(daybreak));
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('replace the root step by step, or the intermediate at once')
    .addArgument(
      new Argument(
        '[what]',
        'root: begins; intermediate: at once; skip: does not wait for missing certificates; abort: back to the old root',
      )
        .choices(['root', 'intermediate', 'skip', 'abort'])
        .default('root'),
    )
    .action(async (what: string, _own: object, command: Command) => {
      const options = command.optsWithGlobals<Endpoint & IdentityOptions>();
      const { rotate } = await import('../identity/rotate.ts');
      await withClient(options, (client) => rotate(client, what, options, process.stdout));
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke certificates of proxies: their streams end, and they are not renewed')
    .option('--node <node>', 'all certificates of this node: mesh/M/virtualNode/N or mesh/M/virtualGateway/G')
    .option('--serial <number>', 'the serial number of one certificate')
    .action(async (_own: object, command: Command) => {
      const options = command.optsWithGlobals<Endpoint & RevokeOptions>();
      const { revoke } = await import('../identity/revoke.ts');
      await withClient(options, (client) => revoke(client, options, process.stdout));
    });
}

function plaintextCommand(): Command {
  return new Command('plaintext')
    .description('show which callers still come without mutual TLS, and from where')
    .action(async (_own: object, command: Command) => {
      const options = command.optsWithGlobals<Endpoint & IdentityOptions>();
      const { plaintext } = await import('../identity/plaintext.ts');
      await withClient(options, (client) => plaintext(client, options, process.stdout));
    });
}
