import { Option, type Command } from 'commander';

/** Creates a flag with the environment variable DAYBREAK_NAME, NAME in capitals; the flag overrides the variable. */
export function flag(flags: string, description: string): Option {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
  return new Option(flags, description).env(`DAYBREAK_${name.toUpperCase().replaceAll('-', '_')}`);
}

/** Creates the flag for the URL of a control plane. */
export const endpointOption = (): Option =>
  flag('--endpoint <url>', 'the URL of the control plane').default('http://127.0.0.1:8080');

/** Creates the flag for the region of signatures. */
const regionOption = (): Option =>
  new Option('--region <name>', 'the region of signatures')
    .env('AWS_REGION')
    .default(process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1');

/** Creates the flag for authorities to trust in addition to those that Node trusts. Its fallback is AWS_CA_BUNDLE. */
export const caFileOption = (): Option =>
  flag(
    '--ca-file <file>',
    'authorities (PEM) to trust in addition to the default ones; falls back to AWS_CA_BUNDLE',
  );

/** Creates the flag for the form of the output. */
export function outputOption<F extends string>(forms: readonly F[], standard: F): Option {
  return new Option('-o, --output <form>', 'for people or for programs').choices(forms).default(standard);
}

/** Collects the values of an option that may be repeated. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Adds the flags for the connection to a control plane and the signature of calls. */
export function withEndpoint(command: Command): Command {
  return command.addOption(endpointOption()).addOption(regionOption()).addOption(caFileOption());
}

/** Creates the flag for files with documents. */
export function filenameOption(): Option {
  return new Option(
    '-f, --filename <path>',
    'a file, a folder, or - for stdin; may be given again',
  ).argParser(collect);
}

/** Creates the flag to read folders of documents recursively. */
export function recursiveOption(): Option {
  return new Option('-R, --recursive', 'read the folders within folders too').default(false);
}
