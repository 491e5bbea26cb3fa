import { Argument, Command, Option } from 'commander';
import type { Kind } from '../controlplane/mesh/resource.ts';
import type { ApplyOptions } from './apply/apply.ts';
import type { Client } from './client/client.ts';
import { SHELLS } from './completion/completion.ts';
import { UsageError } from './errors.ts';
import { FORM_NAMES, type FormName } from './export/forms/forms.ts';
import type { Selection } from './get/select.ts';
import { importCommand } from './import/command.ts';
import { caFileOption, collect, endpointOption, flag, outputOption, regionOption } from './options.ts';
import { KIND_WORDS, parseKind } from './resources/kinds.ts';
import type { DocumentForm } from './resources/write-documents.ts';

type Endpoint = { readonly endpoint: string; readonly region: string; readonly caFile?: string | undefined };
type Mesh = { readonly mesh?: string; readonly meshOwner?: string };
type Parents = { readonly virtualRouter?: string; readonly virtualGateway?: string };

/** The commands that talk to a control plane about resources, and the completion of all commands. */
export function addOperatorCommands(daybreak: Command): void {
  daybreak.addCommand(applyCommand().copyInheritedSettings(daybreak));
  daybreak.addCommand(getCommand().copyInheritedSettings(daybreak));
  daybreak.addCommand(deleteCommand().copyInheritedSettings(daybreak));
  daybreak.addCommand(exportCommand().copyInheritedSettings(daybreak));
  daybreak.addCommand(importCommand().copyInheritedSettings(daybreak));
  daybreak.addCommand(completionCommand(daybreak).copyInheritedSettings(daybreak));
}

function applyCommand(): Command {
  type Options = Endpoint & Mesh & Omit<ApplyOptions, 'files'> & { readonly filename: readonly string[] };
  return withMesh(withEndpoint(new Command('apply')))
    .description('bring the control plane to what files say')
    .addOption(filenameOption().makeOptionMandatory())
    .addOption(recursiveOption())
    .option('--dry-run', 'show what would change, and change nothing', false)
    .option('--exit-code', 'with --dry-run: exit 3 where anything would change', false)
    .option('--prune', 'delete what bears the tags of --selector and is in no file', false)
    .addOption(
      new Option('-l, --selector <key=value>', 'the tags of what --prune may delete')
        .argParser(collect)
        .default([]),
    )
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async ({ filename, ...options }: Options) => {
      const { apply } = await import('./apply/apply.ts');
      await withClient(options, async (client) => {
        process.exitCode = await apply(client, { ...options, files: filename }, process);
      });
    });
}

function getCommand(): Command {
  type Options = Endpoint & Mesh & Parents & { readonly output: 'table' | 'json' | 'yaml' };
  return withParents(withMesh(withEndpoint(new Command('get'))))
    .description('show resources: one, or all of a kind')
    .addArgument(kindArgument('<kind>'))
    .argument('[name]', 'only that one')
    .addOption(outputOption(['table', 'json', 'yaml'], 'table'))
    .action(async (kind: Kind, name: string | undefined, options: Options) => {
      const { get } = await import('./get/get.ts');
      await withClient(options, (client) =>
        get(client, selectionOf(kind, name, options), options.output, process.stdout),
      );
    });
}

function deleteCommand(): Command {
  type Options = Endpoint &
    Mesh &
    Parents & {
      readonly filename?: readonly string[];
      readonly recursive: boolean;
      readonly ignoreNotFound: boolean;
      readonly output: 'text' | 'json';
    };
  return withParents(withMesh(withEndpoint(new Command('delete'))))
    .description('delete a resource, or those that files describe')
    .addArgument(kindArgument('[kind]'))
    .argument('[name]', 'which one')
    .addOption(filenameOption())
    .addOption(recursiveOption())
    .option('--ignore-not-found', 'count what is not there as deleted', false)
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(async (kind: Kind | undefined, name: string | undefined, options: Options) => {
      const { filename: files, recursive, mesh, meshOwner } = options;
      if ((files === undefined) === (name === undefined) || (files !== undefined && kind !== undefined)) {
        throw new UsageError('delete takes KIND NAME, or --filename');
      }
      const what =
        files === undefined
          ? { selection: selectionOf(kind as Kind, name, options) }
          : { files, recursive, mesh, meshOwner };
      const { remove } = await import('./delete.ts');
      await withClient(options, async (client) => {
        process.exitCode = await remove(client, { ...options, what }, process);
      });
    });
}

function exportCommand(): Command {
  type Options = Endpoint & Mesh & { readonly output: DocumentForm; readonly as?: FormName };
  return withMesh(withEndpoint(new Command('export')))
    .description('write a whole mesh as documents that apply takes back')
    .argument('[folder]', 'a new or empty folder, for a file each; without it they go to stdout')
    .addOption(outputOption(['yaml', 'json'], 'yaml'))
    .addOption(
      new Option('--as <form>', 'another form than documents, in one file that import takes back').choices(
        FORM_NAMES,
      ),
    )
    .action(async (folder: string | undefined, { mesh, meshOwner, output, as, ...options }: Options) => {
      if (mesh === undefined) throw new UsageError('--mesh NAME is needed: the mesh to export');
      const { exportMesh } = await import('./export/export.ts');
      await withClient(options, (client) =>
        exportMesh(client, { mesh, meshOwner, output, folder, as }, process),
      );
    });
}

function completionCommand(daybreak: Command): Command {
  return new Command('completion')
    .description('print a script that completes this command in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { completionScript } = await import('./completion/completion.ts');
      process.stdout.write(completionScript(shell, daybreak));
    });
}

function withEndpoint(command: Command): Command {
  return command.addOption(endpointOption()).addOption(regionOption()).addOption(caFileOption());
}

function withMesh(command: Command): Command {
  return command
    .addOption(flag('--mesh <name>', 'the mesh; for documents that do not name theirs'))
    .addOption(flag('--mesh-owner <account>', "the account of a mesh that is another's"));
}

function withParents(command: Command): Command {
  return command
    .option('--virtual-router <name>', 'the virtual router of a route')
    .option('--virtual-gateway <name>', 'the virtual gateway of a gateway route');
}

function filenameOption(): Option {
  return new Option(
    '-f, --filename <path>',
    'a file, a folder, or - for stdin; may be given again',
  ).argParser(collect);
}

function recursiveOption(): Option {
  return new Option('-R, --recursive', 'read the folders within folders too').default(false);
}

function kindArgument(name: string): Argument {
  return new Argument(name, 'what kind of resource').choices(KIND_WORDS).argParser(parseKind);
}

function selectionOf(kind: Kind, name: string | undefined, options: Mesh & Parents): Selection {
  const { mesh, meshOwner, virtualRouter, virtualGateway } = options;
  return { kind, name, mesh, meshOwner, virtualRouter, virtualGateway };
}

/** Lets a command work with a client for its control plane, and closes the client's connections at the end. */
export async function withClient(options: Endpoint, work: (client: Client) => Promise<void>): Promise<void> {
  const { createClient } = await import('./client/client.ts');
  const caFile = options.caFile ?? process.env['AWS_CA_BUNDLE'];
  const client = createClient({ ...options, caFile });
  try {
    await work(client);
  } finally {
    client.close();
  }
}
