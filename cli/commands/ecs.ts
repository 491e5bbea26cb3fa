import { Command, Option } from 'commander';
import { TELEMETRIES } from '../ecs/options.ts';
import type { EcsRenderOptions } from '../ecs/command.ts';
import { collect, outputOption } from '../options.ts';

/** Creates the command `daybreak ecs`, with its subcommands. */
export function makeCommand(daybreak: Command): Command {
  const ecs = new Command('ecs')
    .description('convert ECS task definitions of App Mesh')
    .copyInheritedSettings(daybreak);
  return ecs.addCommand(renderCommand().copyInheritedSettings(daybreak));
}

function renderCommand(): Command {
  return new Command('render')
    .description(
      'print a task definition to register instead of the one for App Mesh, and the reason for each change',
    )
    .argument(
      '<file>',
      'register input, an answer of describe-task-definition, a CloudFormation template, or a file of Terraform; - for stdin',
    )
    .option('--image <image>', 'the Envoy image, as you pushed it to your registry')
    .option('--proxyinit-image <image>', 'the image for containers with aws-appmesh-proxy-route-manager')
    .option('--xds-endpoint <address>', 'the control plane: HOST:PORT (TLS) or http://HOST:PORT (plaintext)')
    .option('--xds-token-secret <arn>', "the secret or SSM parameter with the agent's token")
    .option(
      '--xds-ca-secret <arn>',
      "the secret or SSM parameter with the authority of the control plane's certificate (PEM)",
    )
    .option(
      '--xds-cert-secret <arn>',
      'the secret or SSM parameter with the client certificate of the proxy (PEM)',
    )
    .option('--xds-key-secret <arn>', 'the secret or SSM parameter with its key (PEM)')
    .addOption(
      new Option(
        '--telemetry <what>',
        'the X-Ray daemon stays, or the agent replaces it and sends by OTLP or to X-Ray',
      )
        .choices(TELEMETRIES)
        .default('keep'),
    )
    .option('--otlp-endpoint <url>', 'the receiver of OTLP')
    .option('--resource <id>', 'one task definition of a template (default: all of App Mesh)')
    .addOption(several('--parameter <key=value>', 'a parameter of the template, or an answer to a question'))
    .addOption(several('--parameters-file <file>', 'a file of parameters or answers'))
    .addOption(several('--outputs <file>', 'an answer of aws cloudformation describe-stacks or list-exports'))
    .option('--account <id>', 'the account that the template is for')
    .option('--region <name>', 'the region that the template is for')
    .option('--diff', 'print the changes with their reasons instead of the task definition', false)
    .option('--check', 'print the changes; exit code 3 if there are any', false)
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (file: string, options: Flags) => {
      const { renderFile } = await import('../ecs/command.ts');
      process.exitCode = await renderFile(file, { ...NONE, ...options }, process);
    });
}

type Optional =
  | 'image'
  | 'proxyinitImage'
  | 'xdsEndpoint'
  | 'xdsTokenSecret'
  | 'xdsCaSecret'
  | 'xdsCertSecret'
  | 'xdsKeySecret'
  | 'otlpEndpoint'
  | 'resource'
  | 'account'
  | 'region';
type Flags = Omit<EcsRenderOptions, Optional> & Partial<Pick<EcsRenderOptions, Optional>>;

const NONE: Pick<EcsRenderOptions, Optional> = {
  image: undefined,
  proxyinitImage: undefined,
  xdsEndpoint: undefined,
  xdsTokenSecret: undefined,
  xdsCaSecret: undefined,
  xdsCertSecret: undefined,
  xdsKeySecret: undefined,
  otlpEndpoint: undefined,
  resource: undefined,
  account: undefined,
  region: undefined,
};

function several(flags: string, description: string): Option {
  return new Option(flags, description).argParser(collect).default([], 'none');
}
