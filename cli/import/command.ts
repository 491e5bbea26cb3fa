import { Command, InvalidArgumentError, Option } from 'commander';
import type { Client } from '../client/client.ts';
import { UsageError } from '../errors.ts';
import { caFileOption, collect, endpointOption, flag } from '../options.ts';
import type { ImportResult } from './options.ts';
import { SOURCE_NAMES, type SourceName } from './source.ts';

/** The default for the largest file that import reads, in MiB. */
const MAX_FILE_SIZE_MIB = 16;

type Options = {
  readonly filename: readonly string[];
  readonly from?: SourceName;
  readonly parameter: readonly string[];
  readonly parametersFile: readonly string[];
  readonly outputs: readonly string[];
  readonly mesh?: string;
  readonly account?: string;
  readonly region?: string;
  readonly maxFileSize: number;
  readonly output?: string;
  readonly apply: boolean;
  readonly dryRun: boolean;
  readonly report?: string;
  readonly endpoint: string;
  readonly caFile?: string;
};

/** Creates the command `daybreak import`. */
export function importCommand(): Command {
  return new Command('import')
    .description('convert meshes in other forms to documents')
    .addOption(several('-f, --filename <path>', 'a file, a folder, or - for stdin; may be given again', true))
    .addOption(
      new Option('--from <form>', 'the form of the files (default: detected per file)').choices(SOURCE_NAMES),
    )
    .addOption(several('--parameter <key=value>', 'an answer to a question, or a parameter of a template'))
    .addOption(
      several(
        '--parameters-file <file>',
        'a parameter file of AWS, or a file of questions that import wrote',
      ),
    )
    .addOption(several('--outputs <file>', 'an answer of aws cloudformation describe-stacks or list-exports'))
    .addOption(flag('--mesh <name>', 'the mesh; for resources that do not name theirs'))
    .option('--account <id>', 'the account that the files are for')
    .option('--region <name>', 'the region that the files are for; also of signatures')
    .addOption(
      new Option('--max-file-size <mib>', 'the size limit of a file, in MiB')
        .argParser(wholeNumber)
        .default(MAX_FILE_SIZE_MIB),
    )
    .option(
      '-o, --output <dir>',
      'write documents to this folder; yaml or json: to stdout in this form (default: yaml)',
    )
    .option('--apply', 'apply the documents to the control plane', false)
    .option('--dry-run', 'with --apply: show the changes without making them', false)
    .option('--report <file>', 'also write the report to this file, as JSON')
    .addOption(endpointOption())
    .addOption(caFileOption())
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { filename: files, from, mesh, account, region, report } = options;
  const result = resultOf({ ...options, output: options.output });
  const clients: Client[] = [];
  const { createClient } = await import('../client/client.ts');
  const { importFiles } = await import('./import.ts');
  const client = (): Client => {
    const made = createClient({
      endpoint: options.endpoint,
      region: region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
      caFile: options.caFile ?? process.env['AWS_CA_BUNDLE'],
    });
    clients.push(made);
    return made;
  };
  try {
    process.exitCode = await importFiles(
      { ...options, files, from, mesh, account, region, report, result },
      process,
      client,
    );
  } finally {
    for (const made of clients) made.close();
  }
}

/** Returns the destination that the options name. */
export function resultOf({
  output,
  apply,
  dryRun,
}: Pick<Options, 'apply' | 'dryRun'> & { readonly output: string | undefined }): ImportResult {
  if (output !== undefined && apply) throw new UsageError('import takes -o or --apply, not both');
  if (dryRun && !apply) throw new UsageError('--dry-run needs --apply');
  if (apply) return { to: 'control plane', dryRun };
  if (output === undefined || output === 'yaml' || output === 'json')
    return { to: 'stdout', form: output ?? 'yaml' };
  return { to: 'folder', folder: output };
}

function several(flags: string, description: string, mandatory = false): Option {
  const option = new Option(flags, description).argParser(collect);
  return mandatory ? option.makeOptionMandatory() : option.default([], 'none');
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number of MiB, from 1 up to 999999.');
}
