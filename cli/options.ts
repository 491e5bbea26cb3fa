import { Option } from 'commander';

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
