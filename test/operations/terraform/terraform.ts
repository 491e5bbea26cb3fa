import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { isOnPath } from '../clients/on-path.ts';
import type { Schemas } from './schema.ts';

/** The counts of an apply. */
export type Applied = { readonly added: number; readonly changed: number; readonly destroyed: number };

/** Terraform in its own folder, with its own state. */
export type Terraform = {
  /** Writes the configuration, in place of the one before. */
  configure(configuration: object): void;
  /** The resources of App Mesh in the provider's schema. */
  schemas(): Promise<Schemas>;
  apply(): Promise<Applied>;
  /** The planned changes, in Terraform's words; empty if there are none. */
  plan(): Promise<string>;
  destroy(): Promise<Applied>;
  remove(): void;
};

/** Time-out of one Terraform command, in milliseconds. */
const LIMIT_MS = 240_000;

/** Returns why Terraform or the AWS provider is missing; undefined if both exist. */
export function whyNoTerraform(): string | undefined {
  if (!isOnPath('terraform')) return 'there is no terraform on the PATH';
  const plugins = process.env['TF_PLUGIN_DIR'];
  if (plugins === undefined)
    return 'TF_PLUGIN_DIR names no filesystem mirror with the provider hashicorp/aws';
  return existsSync(plugins) ? undefined : `TF_PLUGIN_DIR is ${plugins}, which is not there`;
}

/** Creates a folder for Terraform, whose providers come only from `plugins`. */
export async function startTerraform(plugins: string, configuration: object): Promise<Terraform> {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-terraform-'));
  const settings = join(folder, 'settings.tfrc');
  writeFileSync(
    settings,
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(plugins)}\n  }\n}\n`,
  );
  const run = async (...args: readonly string[]) =>
    execa('terraform', args, {
      cwd: folder,
      // The machine's settings must have no effect, least of all AWS credentials.
      extendEnv: false,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        TF_CLI_CONFIG_FILE: settings,
        TF_IN_AUTOMATION: '1',
        CHECKPOINT_DISABLE: '1',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      stdin: 'ignore',
      timeout: LIMIT_MS,
      reject: false,
    });
  const must = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await run(...args);
    if (exitCode === 0) return stdout;
    // The position in the configuration is useless, because the configuration is one line.
    const said = stderr.split('\n').filter((line) => !/^ +(?:on main|\d+:)/.test(line));
    throw new Error(`terraform ${args.join(' ')}: exit ${String(exitCode)}\n${said.join('\n')}`);
  };
  const configure = (next: object): void => writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(next));
  configure(configuration);
  await must('init', '-input=false', '-no-color');
  return {
    configure,
    schemas: async () => {
      const { provider_schemas } = JSON.parse(await must('providers', 'schema', '-json')) as {
        readonly provider_schemas: Readonly<Record<string, { readonly resource_schemas: Schemas }>>;
      };
      const [provider] = Object.values(provider_schemas);
      const all = Object.entries(provider?.resource_schemas ?? {});
      return Object.fromEntries(all.filter(([name]) => name.startsWith('aws_appmesh_')));
    },
    apply: async () => counts(await must('apply', '-auto-approve', '-input=false', '-no-color')),
    plan: async () => {
      const { exitCode, stdout, stderr } = await run(
        'plan',
        '-detailed-exitcode',
        '-input=false',
        '-no-color',
      );
      if (exitCode === 0) return '';
      if (exitCode === 2) return stdout;
      throw new Error(`terraform plan: exit ${String(exitCode)}\n${stderr}`);
    },
    destroy: async () => counts(await must('destroy', '-auto-approve', '-input=false', '-no-color')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

// `Apply complete! Resources: 2 imported, 0 added, 0 changed, 0 destroyed.`
function counts(output: string): Applied {
  const result = /complete! Resources: .*/.exec(output)?.[0];
  if (result === undefined) throw new Error(`terraform does not say how it came out:\n${output}`);
  const count = (what: string): number => Number(new RegExp(`(\\d+) ${what}`).exec(result)?.[1] ?? 0);
  return { added: count('added'), changed: count('changed'), destroyed: count('destroyed') };
}
