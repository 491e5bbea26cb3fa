import { Option, type Command } from 'commander';

/** A flag that is also DAYBREAK_ and its name in capitals; the flag wins. */
export function flag(flags: string, description: string): Option {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
  return new Option(flags, description).env(`DAYBREAK_${name.toUpperCase().replaceAll('-', '_')}`);
}

/** Where a control plane is. */
export const endpointOption = (): Option =>
  flag('--endpoint <url>', 'the control plane').default('http://127.0.0.1:8080');

/** The region that signatures are for. */
export const regionOption = (): Option =>
  new Option('--region <name>', 'the region that signatures are for')
    .env('AWS_REGION')
    .default(process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1');

/** Whom to trust over TLS, beside the authorities that Node trusts; AWS_CA_BUNDLE is looked at where it is not given. */
export const caFileOption = (): Option =>
  flag('--ca-file <file>', 'certificates (PEM) to trust, beside the usual ones; else AWS_CA_BUNDLE');

/** The form of the output. */
export function outputOption<F extends string>(forms: readonly F[], standard: F): Option {
  return new Option('-o, --output <form>', 'for people or for programs').choices(forms).default(standard);
}

/** Collects an option that may be given several times. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Adds the flags that say where a control plane is, and how calls to it are signed. */
export function withEndpoint(command: Command): Command {
  return command.addOption(endpointOption()).addOption(regionOption()).addOption(caFileOption());
}

/** Files with documents. */
export function filenameOption(): Option {
  return new Option(
    '-f, --filename <path>',
    'a file, a folder, or - for stdin; may be given again',
  ).argParser(collect);
}

/** Whether the folders within a folder of documents are read. */
export function recursiveOption(): Option {
  return new Option('-R, --recursive', 'read the folders within folders too').default(false);
}
